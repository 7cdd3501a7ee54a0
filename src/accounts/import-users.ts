import { AuthError, isAuthError } from "../errors/auth-error.js";
import { requireUsableHash } from "../passwords/require-usable-hash.js";
import type { Addition, UserRow } from "../store/store.js";
import type { AccountParts } from "./account-parts.js";
import { newUser, requireNames } from "./new-user.js";

/** A user of another system, with the hash that it stored. */
export interface ImportedUser {
  readonly username: string;
  readonly email?: string | undefined;
  readonly hash: string;
  readonly roles?: readonly string[] | undefined;
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
 * already stays as they are, so an import that was interrupted can be run again. Values may be of any type: they come from a file.
 */
export async function importUsers(
  parts: AccountParts,
  given: readonly ImportedUser[],
  { dryRun = false }: ImportOptions = {},
): Promise<readonly ImportOutcome[]> {
  const time = await parts.store.now();
  const read = given.map((user) => readUser(user, time));
  const rows = read.filter((each) => "passwordHash" in each);
  const additions = dryRun ? await findTaken(parts, rows) : await parts.store.users.addAll(rows);
  const outcomes = new Map<object, ImportOutcome>();
  for (const [index, row] of rows.entries())
    outcomes.set(row, await outcomeOf(parts, row, additions[index] ?? "added"));
  return read.map((each) => ("passwordHash" in each ? (outcomes.get(each) as ImportOutcome) : each));
}

function readUser(user: ImportedUser, time: number): UserRow | Extract<ImportOutcome, { outcome: "refused" }> {
  try {
    requireTexts(user);
    requireUsableHash(user.hash);
    return newUser(requireNames(user), user.hash, time);
  } catch (error) {
    if (!isAuthError(error)) throw error;
    const reasons = error.fields?.map(({ field, message }) => `${field}: ${message}`) ?? [error.message];
    return { outcome: "refused", reason: reasons.join(" ") };
  }
}

function requireTexts({ username, email, hash }: ImportedUser): void {
  for (const [field, value] of Object.entries({ username, email: email ?? "", hash })) {
    if (typeof value === "string") continue;
    throw new AuthError("invalid_request", { fields: [{ field, message: "This must be a text." }] });
  }
}

async function findTaken(parts: AccountParts, rows: readonly UserRow[]): Promise<readonly Addition[]> {
  const additions: Addition[] = [];
  for (const row of rows) additions.push((await parts.store.users.findTaken(row)) ?? "added");
  return additions;
}

async function outcomeOf(parts: AccountParts, row: UserRow, addition: Addition): Promise<ImportOutcome> {
  if (addition === "added") return { outcome: "added" };
  const other = await parts.store.users.findByUsernameKey(row.usernameKey);
  if (other !== undefined && other.emailKey === row.emailKey) return { outcome: "present" };
  return { outcome: "refused", reason: new AuthError(addition).message };
}
