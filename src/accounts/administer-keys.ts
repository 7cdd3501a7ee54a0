import type { KeyView } from "../keys/read-keys.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import type { AccountParts } from "./account-parts.js";

export type { KeyView };

/** Administers the keys of a server. */
export interface KeyAdmin {
  /** The keys that are published or still needed, those of access tokens first, in the order in which they begin to sign. */
  list(): Promise<readonly KeyView[]>;
  /** Publishes a next key for access and for refresh tokens, which follows the current one after ten minutes, or at once. */
  rotate(options?: { readonly now?: boolean }): Promise<void>;
  /** Takes back all that a key has made, for good: when this resolves its access tokens, or its refresh tokens, are refused. Throws `not_found`. */
  revoke(kid: string): Promise<void>;
}

/** Makes the administration of the keys. */
export function createKeyAdmin({
  keys,
  revocations,
  log,
}: Pick<AccountParts, "keys" | "revocations" | "log">): KeyAdmin {
  return {
    async list() {
      await keys.reload();
      return keys.views();
    },
    async rotate(options = {}) {
      requireKnownOptions(options, "rotate", ["now"]);
      const { now = false } = options;
      if (typeof now !== "boolean") throw new TypeError("The now of rotate must be true or false.");
      await keys.rotate({ now });
      log({ event: "key.rotated", now });
    },
    async revoke(kid) {
      const purpose = await keys.revoke(kid);
      // The database's own changes are not read back, so the live set hears of this one here. No access token names a key of refresh tokens.
      revocations.add({ key: kid });
      log({ event: "key.revoked", kid, purpose });
    },
  };
}
