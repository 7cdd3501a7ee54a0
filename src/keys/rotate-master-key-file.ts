import type { Store } from "../store/store.js";

/** Stub. */
export async function rotateMasterKeyFile(_path: string, _store: Pick<Store, "keys">): Promise<void> {
  throw new Error("Secrets cannot be replaced yet.");
}
