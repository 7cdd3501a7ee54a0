import { getJwks, getLatchkey, getLive, getReady } from "./discovery-endpoints.js";
import { getMe } from "./me-endpoints.js";
import { guarded, open, openWithBody, openWithOptionalBody, type Route } from "./route.js";
import { logInBody, logOutBody, refreshBody, signUpBody } from "./schemas.js";
import { deleteToken, postSignUp, postToken, postTokenRefresh } from "./token-endpoints.js";

/** Every route of the server, one line each. */
export const ROUTES: readonly Route[] = [
  openWithBody({ method: "POST", path: "/signup", body: signUpBody, success: 201, act: postSignUp }),
  openWithBody({ method: "POST", path: "/token", body: logInBody, success: 200, act: postToken }),
  openWithOptionalBody({
    method: "POST",
    path: "/token/refresh",
    body: refreshBody,
    success: 200,
    act: postTokenRefresh,
  }),
  openWithOptionalBody({ method: "DELETE", path: "/token", body: logOutBody, success: 204, act: deleteToken }),
  guarded({ method: "GET", path: "/me", success: 200, act: getMe }),
  open({ method: "GET", path: "/.well-known/jwks.json", success: 200, act: getJwks }),
  open({ method: "GET", path: "/.well-known/latchkey.json", success: 200, act: getLatchkey }),
  open({ method: "GET", path: "/health/live", success: 200, act: getLive }),
  open({ method: "GET", path: "/health/ready", success: 200, act: getReady }),
];
