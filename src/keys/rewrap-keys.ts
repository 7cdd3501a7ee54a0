import type { Store } from "../store/store.js";

/** Stub. */
export async function rewrapKeys(_store: Pick<Store, "keys">, _from: Uint8Array, _to: Uint8Array): Promise<void> {
  throw new Error("Secrets cannot be replaced yet.");
}
