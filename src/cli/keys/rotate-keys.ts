import { setTimeout } from "node:timers/promises";
import type { KeyAdmin, KeyView } from "../../accounts/administer-keys.js";
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
    return flags.now === true ? listSigning(auth.keys) : auth.keys.list();
  });
  await printKeys(keys, flags);
}

const LOOK_MS = 50;
const LONGEST_MS = 2_000;

/** The keys once the newest ones sign, which they do as soon as every server on the database knows them. */
async function listSigning(keys: KeyAdmin): Promise<readonly KeyView[]> {
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    const views = await keys.list();
    if (views.every(({ state }) => state !== "next")) return views;
    await setTimeout(LOOK_MS);
  }
  return keys.list();
}
