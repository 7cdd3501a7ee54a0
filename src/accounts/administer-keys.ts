import type { AccountParts } from "./account-parts.js";

/** A key of the server without what nobody may see; instants are in milliseconds. */
export interface KeyView {
  readonly kid: string;
  readonly purpose: "access" | "refresh";
  readonly alg: string;
  readonly state: "next" | "current" | "previous";
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly endsAt?: number;
}

/** What an administrator does to keys. */
export interface KeyAdmin {
  list(): Promise<readonly KeyView[]>;
  rotate(options?: { readonly now?: boolean }): Promise<void>;
  revoke(kid: string): Promise<void>;
}

/** Stub. */
export function createKeyAdmin({ store }: AccountParts): KeyAdmin {
  return {
    async list() {
      const rows = await store.keys.list();
      return rows.map(({ kid, purpose, alg, createdAt }) => {
        return { kid, purpose, alg, state: "current", createdAt, signsFrom: createdAt };
      });
    },
    rotate: () => Promise.reject(new Error("Keys cannot be rotated yet.")),
    revoke: () => Promise.reject(new Error("Keys cannot be revoked yet.")),
  };
}
