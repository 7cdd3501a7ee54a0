import type { OutputFlags } from "../output-flags.js";
import { withAuth } from "../with-auth.js";
import { printKeys } from "./list-keys.js";

/** The flags of `key rotate`. */
export interface RotateFlags extends OutputFlags {
  readonly now?: boolean;
}

/** `latchkey key rotate`: prints the keys as they are afterwards. */
export async function rotateKeys(flags: RotateFlags): Promise<void> {
  const keys = await withAuth(flags, async (auth) => {
    await auth.keys.rotate({ now: flags.now === true });
    return auth.keys.list();
  });
  await printKeys(keys, flags);
}
