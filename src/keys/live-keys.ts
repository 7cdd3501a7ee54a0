import type { KeyRow } from "../store/store.js";
import { type OpenKey, type OpenKeys, openKey, openKeys } from "./open-key.js";

/** What a ring tells: a key that cannot be opened, or that the secret was changed. */
export type KeyEvent = { readonly event: "keys.unreadable" | "keys.secret_changed"; readonly kid?: string };

/** What live keys need to go with the table. */
export interface LiveKeyParts {
  readonly masterKeys: () => readonly Uint8Array[];
  readonly log: (event: KeyEvent) => void;
}

/** The open keys of a server that runs. */
export interface LiveKeys {
  readonly open: OpenKeys;
  /** Goes over to other rows. One that cannot be opened is told, once, and left out. */
  adopt(rows: readonly KeyRow[]): void;
  /** Tells, once, that no key can be made because the secret was changed. */
  noteSecret(isOther: boolean): void;
  onChange(listener: () => void): void;
}

/** Makes live keys of those that were open at the start. */
export function createLiveKeys(first: OpenKeys, { masterKeys, log }: LiveKeyParts): LiveKeys {
  const listeners: (() => void)[] = [];
  let open = first;
  let unreadable = new Set<string>();
  let isOtherSecret = false;

  return {
    get open() {
      return open;
    },
    adopt(rows) {
      const refused = new Set<string>();
      open = openKeys(rows, open, (row) => {
        const found = tryToOpen(row, masterKeys);
        if (found === undefined) refused.add(row.kid);
        return found;
      });
      for (const kid of refused) if (!unreadable.has(kid)) log({ event: "keys.unreadable", kid });
      unreadable = refused;
      for (const listener of listeners) listener();
    },
    noteSecret(isOther) {
      if (isOther && !isOtherSecret) log({ event: "keys.secret_changed" });
      isOtherSecret = isOther;
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** A server that runs keeps what it has: neither a row nor a key file that somebody broke ends it. */
function tryToOpen(row: KeyRow, masterKeys: () => readonly Uint8Array[]): OpenKey | undefined {
  try {
    return openKey(row, masterKeys());
  } catch {
    return undefined;
  }
}
