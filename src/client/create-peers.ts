import type { User } from "./state.js";

/** What one tab tells the others: who is logged in now, with the tokens, or that nobody is. */
export type Word =
  | {
      readonly type: "session";
      readonly token: string;
      /** How long the token still lives: clocks of two tabs have nothing in common. */
      readonly seconds: number;
      readonly user: User;
      readonly refreshToken?: string | undefined;
    }
  | { readonly type: "out" };

/** The other tabs of the same origin that talk to the same server. */
export interface Peers {
  say(word: Word): void;
  /** Is fulfilled when another tab says something. */
  heard(): Promise<void>;
  close(): void;
}

/** Joins the other tabs; where there is no `BroadcastChannel`, or no page, there are none. */
export function createPeers(name: string, hear: (word: Word) => void): Peers {
  let channel = globalThis.window?.BroadcastChannel ? new BroadcastChannel(name) : undefined;
  channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => hear(data));
  return {
    say: (word) => channel?.postMessage(word),
    heard: () => new Promise((resolve) => channel?.addEventListener("message", () => resolve(), { once: true })),
    close() {
      channel?.close();
      // On one that was closed nothing can be said.
      channel = undefined;
    },
  };
}
