import { createContext, type ReactElement, type ReactNode, useContext } from "react";
import type { Client } from "../client/create-client.js";

const AuthContext = createContext<Client | undefined>(undefined);

/** The properties of an {@link AuthProvider}. */
export interface AuthProviderProps {
  readonly client: Client;
  readonly children?: ReactNode;
}

/** Lets all components below know who is logged in. Its client is made once, outside of every component, or once a request on a server. */
export function AuthProvider({ client, children }: AuthProviderProps): ReactElement {
  return <AuthContext.Provider value={client}>{children}</AuthContext.Provider>;
}

/** The client of the nearest provider; throws an `Error` that says what to do where there is none. */
export function useClient(caller: string): Client {
  const client = useContext(AuthContext);
  if (client === undefined) throw new Error(`${caller} needs an <AuthProvider client={…}> above it.`);
  return client;
}
