import type { User } from "./state.js";

/** What one tab tells the others: who is logged in now, with the tokens, or that nobody is; and whose turn it is where that can be written nowhere. */
export type Word =
  | {
      readonly type: "session";
      readonly token: string;
      /** How long the token still lives: clocks of two tabs have nothing in common. */
      readonly seconds: number;
      readonly user: User;
      readonly refreshToken?: string | undefined;
    }
  | { readonly type: "out" }
  | { readonly type: "mark"; readonly key: string; readonly at: number | undefined };

/** The other tabs of the same origin that talk to the same server. */
export interface Peers {
  say(word: Word): void;
  /** Calls a function with all that another tab says; it may be of another version. */
  listen(hear: (word: Word | undefined) => void): void;
  close(): void;
}

/** Joins the other tabs; where there is no `BroadcastChannel`, or no page, there are none. */
export function createPeers(name: string): Peers {
  let channel = globalThis.window?.BroadcastChannel ? new BroadcastChannel(name) : undefined;
  return {
    say: (word) => channel?.postMessage(word),
    listen: (hear) => channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => hear(data)),
    close() {
      channel?.close();
      // On one that was closed nothing can be said.
      channel = undefined;
    },
  };
}
