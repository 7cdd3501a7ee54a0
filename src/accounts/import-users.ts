import { AuthError, isAuthError } from "../errors/auth-error.js";
import { requireUsableHash } from "../passwords/require-usable-hash.js";
import type { Addition, UserRow } from "../store/store.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import type { AccountParts } from "./account-parts.js";
import { newUser, requireNames, type UserBeginning } from "./new-user.js";
import { requireTexts } from "./require-texts.js";

/** A user of another system, with the hash that it stored. */
export interface ImportedUser {
  readonly username: string;
  readonly email?: string | null | undefined;
  readonly hash: string;
  readonly roles?: readonly string[] | null | undefined;
}

/** What became of one imported user; `present`: this username with this address is there already. */
export type ImportOutcome =
  | { readonly outcome: "added" | "present" }
  | { readonly outcome: "refused"; readonly reason: string };

/** How users are imported: `dryRun` checks everything and writes nothing. */
export interface ImportOptions {
  readonly dryRun?: boolean;
}

/**
 * Adds users of another system in one transaction, each for itself, and tells in the same order what became of them. Whoever is there
 * already stays as they are, so an import that was interrupted can be run again. Values may be of any type: they come from a file. A dry run
 * knows the database and this list.
 */
export async function importUsers(
  parts: AccountParts,
  given: readonly ImportedUser[],
  options: ImportOptions = {},
): Promise<readonly ImportOutcome[]> {
  const { dryRun = false } = options ?? {};
  if (!Array.isArray(given) || typeof dryRun !== "boolean") {
    throw new TypeError("An import takes a list of users and { dryRun } that is true or false.");
  }
  const time = await parts.store.now();
  // Of one millisecond and yet in the order of the list.
  const ids = Array.from(given, () => uuidV7(time)).sort();
  const read = ids.map((id, index) => readUser(given[index], { time, id }));
  const rows = read.filter((each) => "passwordHash" in each);
  const additions = dryRun ? await planAdditions(parts, rows) : await parts.store.users.addAll(rows);
  const added = new Map(rows.filter((_, index) => additions[index] === "added").map((row) => [row.usernameKey, row]));
  const outcomes = new Map<object, ImportOutcome>();
  for (const [index, row] of rows.entries()) {
    const findOther = async () => added.get(row.usernameKey) ?? parts.store.users.findByUsernameKey(row.usernameKey);
    outcomes.set(row, await outcomeOf(row, additions[index] as Addition, findOther));
  }
  return read.map((each) => ("passwordHash" in each ? (outcomes.get(each) as ImportOutcome) : each));
}

function readUser(
  user: ImportedUser | undefined,
  beginning: Omit<UserBeginning, "passwordHash">,
): UserRow | Extract<ImportOutcome, { outcome: "refused" }> {
  try {
    // A member that is null is none, and a line that is no object has no members.
    const { username, email, hash, roles } = Object(user) as ImportedUser;
    const told = { username, hash, email: email ?? undefined, roles: roles ?? undefined };
    requireTexts(told, ["username", "hash"], ["email"]);
    requireUsableHash(hash);
    return newUser(requireNames(told), { ...beginning, passwordHash: hash });
  } catch (error) {
    if (!isAuthError(error)) throw error;
    const reasons = error.fields?.map(({ field, message }) => `${field}: ${message}`) ?? [error.message];
    return { outcome: "refused", reason: reasons.join(" ") };
  }
}

/** What adding the rows one after the other would answer. */
async function planAdditions(parts: AccountParts, rows: readonly UserRow[]): Promise<readonly Addition[]> {
  const taken = { names: new Set<string>(), emails: new Set<string | null>() };
  const additions: Addition[] = [];
  for (const row of rows) {
    const inDatabase = await parts.store.users.findTaken(row);
    // One name has several skeletons where a capital I in it may be read as an l.
    const names = [`key ${row.usernameKey}`, `skeleton ${row.usernameSkeleton}`];
    const isName = names.some((name) => taken.names.has(name));
    const isEmail = row.emailKey !== null && taken.emails.has(row.emailKey);
    const addition = isName ? "username_taken" : (inDatabase ?? (isEmail ? "email_taken" : "added"));
    additions.push(addition);
    if (addition !== "added") continue;
    for (const name of names) taken.names.add(name);
    taken.emails.add(row.emailKey);
  }
  return additions;
}

async function outcomeOf(
  row: UserRow,
  addition: Addition,
  findOther: () => Promise<UserRow | undefined>,
): Promise<ImportOutcome> {
  if (addition === "added") return { outcome: "added" };
  const other = await findOther();
  if (other?.emailKey === row.emailKey) return { outcome: "present" };
  return { outcome: "refused", reason: new AuthError(addition).message };
}
