/** What there is to say of a password that is being typed. The server decides; nothing but `short`, `long` and `names` is sure to be refused there. */
export type Advice = "none" | "short" | "long" | "names" | "common" | "repeated" | "fair" | "good" | "strong";

/** Advice, with how many characters are missing, and how strong it looks: 0 to 4. */
export interface PasswordAdvice {
  readonly advice: Advice;
  readonly missing: number;
  readonly strength: 0 | 1 | 2 | 3 | 4;
}

/** What is known of whose password it is to be. */
export interface Owner {
  readonly username: string;
  readonly email: string;
}

export const SHORTEST = 8;
export const LONGEST = 1024;

const GOOD_LENGTH = 12;
const STRONG_LENGTH = 16;
const SHORTEST_NAME = 3;
const SHORTEST_REST = 4;

// What nearly all lists of stolen passwords begin with, and what it is made of. The server has the long list.
const COMMON =
  /^(?:(?:password|passw0rd|passwort|contrase[nñ]a|qwerty|qwertz|azerty|asdfgh|letmein|iloveyou|teamo|welcome|bienvenid[oa]|admin|administrator|football|baseball|sunshine|princess|superman|dragon|monkey|abc)[\d!?.]*|(?:qwertyuiop|qwerty|1q2w3e4r5t|1q2w3e4r|1qaz2wsx|asdfghjkl|zxcvbnm|trustno1|changeme)[\d!]*)$/;

/** Says what is wrong with a password, or how strong it looks. */
export function adviseOnPassword(password: string, owner: Owner): PasswordAdvice {
  const text = password.normalize("NFC");
  const length = [...text].length;
  const advice = findFault(text, length, owner) ?? praise(text);
  return { advice, missing: Math.max(SHORTEST - length, 0), strength: STRENGTHS[advice] };
}

const STRENGTHS: Readonly<Record<Advice, PasswordAdvice["strength"]>> = {
  none: 0,
  short: 1,
  long: 1,
  names: 1,
  common: 1,
  repeated: 1,
  fair: 2,
  good: 3,
  strong: 4,
};

function findFault(text: string, length: number, owner: Owner): Advice | undefined {
  const lower = text.toLowerCase();
  if (length === 0) return "none";
  if (length > LONGEST) return "long";
  if (length < SHORTEST) return "short";
  if (isOfNames(lower, namesOf(owner))) return "names";
  if (COMMON.test(lower.normalize("NFKC"))) return "common";
  if ([...withoutRuns(lower)].length < SHORTEST / 2 + 1) return "repeated";
  return undefined;
}

/** By its length, with what repeats counted once; words and spaces are as good as signs. */
function praise(text: string): Advice {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(text)).length;
  const worth = [...withoutRuns(text.toLowerCase())].length + (kinds > 2 ? 2 : 0);
  if (worth >= STRONG_LENGTH) return "strong";
  return worth >= GOOD_LENGTH ? "good" : "fair";
}

/** What is left where steps (`1234`, `fedcb`) are written as their beginning, and then repetitions (`aaaa`, `abcabc`) once. */
function withoutRuns(text: string): string {
  const letters = [...text];
  const stepAt = (index: number) => (letters[index]?.codePointAt(0) ?? 0) - (letters[index - 1]?.codePointAt(0) ?? 0);
  return letters
    .filter((_, index) => index < 2 || Math.abs(stepAt(index)) !== 1 || stepAt(index) !== stepAt(index - 1))
    .join("")
    .replace(/(.{1,16}?)\1+/gsu, "$1");
}

/** As the server does: what it is called, and what the visitor is, the longest first. */
function namesOf({ username, email }: Owner): readonly string[] {
  const names = ["latchkey", username, email, email.slice(0, Math.max(email.lastIndexOf("@"), 0))];
  return names
    .map((name) => name.normalize("NFC").toLowerCase())
    .filter((name) => [...name].length >= SHORTEST_NAME)
    .sort((a, b) => b.length - a.length);
}

function isOfNames(text: string, names: readonly string[]): boolean {
  const rest = names.reduce((left, name) => left.replaceAll(name, ""), text);
  return rest !== text && [...rest].length < SHORTEST_REST;
}
