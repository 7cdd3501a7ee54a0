import type { OutputFlags } from "../output-flags.js";
import { print, printJson } from "../terminal/print.js";
import { withAuth } from "../with-auth.js";

/** `latchkey key revoke` */
export async function revokeKey(kid: string, flags: OutputFlags): Promise<void> {
  await withAuth(flags, async ({ keys }) => {
    const known = await keys.list();
    if (!known.some((key) => key.kid === kid)) throw new Error(`There is no key ${kid}.`);
    await keys.revoke(kid);
  });
  await (flags.json === true ? printJson({ kid, revoked: true }) : print(`Revoked ${kid}: its tokens are refused.`));
}
