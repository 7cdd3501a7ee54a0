import { useMemo, useSyncExternalStore } from "react";
import type { AccessClaims, Client, ClientState } from "../client/create-client.js";
import { useClient } from "./auth-context.js";

/** Who is logged in, and what can be done about it. */
export interface Auth<Extra extends object = object>
  extends ClientState<AccessClaims & Extra>,
    Pick<Client, "signUp" | "logIn" | "logOut"> {}

/** Who is logged in; renders again when that changes. `Extra` are the claims that the server adds to its tokens. */
export function useAuth<Extra extends object = object>(): Auth<Extra> {
  const client = useClient("useAuth");
  const now = () => client.state;
  const rendered = () => client.rendered;
  const state = useSyncExternalStore(client.subscribe, now, rendered) as ClientState<AccessClaims & Extra>;
  return useMemo(() => {
    const { signUp, logIn, logOut } = client;
    return { ...state, signUp, logIn, logOut };
  }, [client, state]);
}
