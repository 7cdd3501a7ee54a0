import type { ClientSettings } from "./client-options.js";

/** Where the refresh token is kept with the transport `bearer`. */
export interface Vault {
  read(): Promise<string | undefined>;
  /** Keeps a token, or none; where a former one is given, the storage is changed only if it still has that one. */
  write(refreshToken: string | undefined, former?: string): Promise<void>;
}

/** Makes the vault of a client: its storage, or memory. A storage that fails is not there; the token is in memory all the same. */
export function createVault({ storage, url }: ClientSettings): Vault {
  const key = `latchkey:${url}`;
  let kept: string | undefined;
  return {
    async read() {
      try {
        // Another tab may have put the next one there.
        kept = (await storage?.getItem(key)) ?? kept;
      } catch {
        // As it was.
      }
      return kept;
    },
    async write(refreshToken, former) {
      kept = refreshToken;
      try {
        if (former !== undefined && (await storage?.getItem(key)) !== former) return;
        await (refreshToken === undefined ? storage?.removeItem(key) : storage?.setItem(key, refreshToken));
      } catch {
        // As it was.
      }
    },
  };
}
