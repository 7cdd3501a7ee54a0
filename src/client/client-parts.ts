import type { ClientSettings } from "./client-options.js";
import type { Peers } from "./create-peers.js";
import type { ServerCalls } from "./create-server-calls.js";
import type { Session } from "./create-session.js";
import type { Turns } from "./create-turns.js";
import type { Vault } from "./create-vault.js";

/** What a client is made of. */
export interface ClientParts {
  readonly settings: ClientSettings;
  readonly session: Session;
  readonly calls: ServerCalls;
  readonly peers: Peers;
  readonly turns: Turns;
  readonly vault: Vault;
}
