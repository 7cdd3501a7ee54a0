import type { ClientOptions } from "./client-options.js";
import { readClaims } from "./read-claims.js";
import type { ClientState, Held, SignedOutReason } from "./state.js";

/** Who is logged in, and the tokens that say so. */
export interface Session {
  readonly state: ClientState;
  /** The state to begin with: what a server rendered. */
  readonly rendered: ClientState;
  readonly held: Held | undefined;
  /** Counts log-ins and log-outs: what was asked for in an era before must not be taken for this one. */
  readonly era: number;
  /** Begins a session; a next token of the same one leaves the era as it is. */
  begin(held: Held): void;
  renew(held: Held): void;
  end(reason: SignedOutReason): void;
  /** Nobody knows, since the server cannot be reached. */
  lose(): void;
  subscribe(listener: (state: ClientState) => void): () => void;
}

const NOBODY = { user: null, claims: null } as const;

/** Makes a session that nobody knows anything of, or what a server rendered. */
export function createSession({ state, onSignedOut }: Pick<ClientOptions, "state" | "onSignedOut">): Session {
  const listeners = new Set<(state: ClientState) => void>();
  const first: ClientState = state ?? { status: "loading", ...NOBODY };
  const become = (next: ClientState) => {
    session.state = next;
    for (const listener of [...listeners]) safely(() => listener(next));
  };
  const session: { -readonly [Name in keyof Session]: Session[Name] } = {
    state: first,
    rendered: first,
    held: undefined,
    era: 0,
    begin(next) {
      session.era += 1;
      session.renew(next);
    },
    renew(next) {
      session.held = next;
      const { user } = session.state;
      // An effect that waits for another user must not run, and fetch, after every refresh.
      const isSame = JSON.stringify(user) === JSON.stringify(next.user);
      become({ status: "signed-in", user: isSame ? user : next.user, claims: readClaims(next.token) ?? null });
    },
    end(reason) {
      const { status } = session.state;
      session.era += 1;
      session.held = undefined;
      if (status !== "signed-out") become({ status: "signed-out", ...NOBODY });
      if (status === "signed-in") safely(() => onSignedOut?.(reason));
    },
    lose() {
      if (session.state.status !== "signed-in") become({ status: "offline", ...NOBODY });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return session;
}

/** What a listener throws is its own affair, and keeps nothing from the others. */
function safely(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    console.error(error);
  }
}
