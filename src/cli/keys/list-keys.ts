import type { KeyView } from "../../accounts/administer-keys.js";
import type { OutputFlags } from "../output-flags.js";
import { createTable } from "../terminal/create-table.js";
import { isoTime } from "../terminal/iso-time.js";
import { printJson, write } from "../terminal/print.js";
import { withAuth } from "../with-auth.js";

/** `latchkey key list` */
export async function listKeys(flags: OutputFlags): Promise<void> {
  await printKeys(await withAuth(flags, ({ keys }) => keys.list()), flags);
}

/** Prints keys, none of which holds a secret. */
export async function printKeys(keys: readonly KeyView[], { json }: OutputFlags): Promise<void> {
  await (json === true ? printJson(keys.map(keyJson)) : write(table()(keys)));
}

function keyJson({ kid, purpose, alg, state, createdAt, signsFrom, endsAt }: KeyView): Record<string, unknown> {
  const ends_at = endsAt === undefined ? null : isoTime(endsAt);
  return { kid, purpose, alg, state, created_at: isoTime(createdAt), signs_from: isoTime(signsFrom), ends_at };
}

function table(): (keys: readonly KeyView[]) => string {
  return createTable<KeyView>([
    { title: "KID", cell: ({ kid }) => kid },
    { title: "PURPOSE", cell: ({ purpose }) => purpose },
    { title: "ALG", cell: ({ alg }) => alg },
    { title: "STATE", cell: ({ state }) => state },
    { title: "CREATED", cell: ({ createdAt }) => isoTime(createdAt) },
    { title: "SIGNS FROM", cell: ({ signsFrom }) => isoTime(signsFrom) },
    { title: "ENDS", cell: ({ endsAt }) => (endsAt === undefined ? "-" : isoTime(endsAt)) },
  ]);
}
