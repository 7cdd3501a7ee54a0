import type { AuthFetch } from "../client/create-client.js";
import { useClient } from "./auth-context.js";

/** `fetch` with the access token of who is logged in; the same function as long as the client is the same. */
export function useAuthFetch(): AuthFetch {
  return useClient("useAuthFetch").fetch;
}
