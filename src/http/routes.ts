import type { AuthorizedCall, Call } from "./call.js";
import { getJwks, getLatchkey, getLive, getReady } from "./discovery-endpoints.js";
import { getMe } from "./me-endpoints.js";
import { deleteToken, postSignUp, postToken, postTokenRefresh } from "./token-endpoints.js";

interface RouteLine {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
}

/** A route: who may call it stands beside what it does, so that none can be forgotten by its path. */
export type Route =
  | (RouteLine & { readonly who: "anyone"; readonly act: (call: Call) => Promise<Response> })
  | (RouteLine & { readonly who: "token"; readonly act: (call: AuthorizedCall) => Promise<Response> });

/** Every route of the server, one line each. */
export const ROUTES: readonly Route[] = [
  { method: "POST", path: "/signup", who: "anyone", act: postSignUp },
  { method: "POST", path: "/token", who: "anyone", act: postToken },
  { method: "POST", path: "/token/refresh", who: "anyone", act: postTokenRefresh },
  { method: "DELETE", path: "/token", who: "anyone", act: deleteToken },
  { method: "GET", path: "/me", who: "token", act: getMe },
  { method: "GET", path: "/.well-known/jwks.json", who: "anyone", act: getJwks },
  { method: "GET", path: "/.well-known/latchkey.json", who: "anyone", act: getLatchkey },
  { method: "GET", path: "/health/live", who: "anyone", act: getLive },
  { method: "GET", path: "/health/ready", who: "anyone", act: getReady },
];
