import type { ClientOptions } from "./client-options.js";
import { readClaims } from "./read-claims.js";
import type { AccessClaims, ClientState, Held, SignedOutReason } from "./state.js";

/** Who is logged in, and the tokens that say so. */
export interface Session {
  readonly state: ClientState;
  /** The state that a server renders, and that the browser's first rendering must be like. */
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
export function createSession({ state: rendered, onSignedOut }: Pick<ClientOptions, "state" | "onSignedOut">): Session {
  const listeners = new Set<(state: ClientState) => void>();
  const first: ClientState = rendered ?? { status: "loading", ...NOBODY };
  let state = first;
  let held: Held | undefined;
  let era = 0;
  const become = (next: ClientState) => {
    state = next;
    for (const listener of [...listeners]) safely(() => listener(state));
  };
  const renew = (next: Held) => {
    held = next;
    become({ status: "signed-in", user: next.user, claims: (readClaims(next.token) ?? null) as AccessClaims | null });
  };
  return {
    get state() {
      return state;
    },
    get rendered() {
      return typeof window === "undefined" ? state : first;
    },
    get held() {
      return held;
    },
    get era() {
      return era;
    },
    begin(next) {
      era += 1;
      renew(next);
    },
    renew,
    end(reason) {
      const { status } = state;
      era += 1;
      held = undefined;
      if (status !== "signed-out") become({ status: "signed-out", ...NOBODY });
      if (status === "signed-in") safely(() => onSignedOut?.(reason));
    },
    lose() {
      if (state.status !== "signed-in") become({ status: "offline", ...NOBODY });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What a listener throws is its own affair, and keeps nothing from the others. */
function safely(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    console.error(error);
  }
}
