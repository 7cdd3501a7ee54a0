import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import { COMMON_PASSWORDS } from "../../dist/passwords/common-passwords.js";
import type { OutputKind, OutputPlace, SecretKind } from "./recorder.js";
import { createSearch } from "./search.js";
import { spellingsOf } from "./spellings.js";

/** A secret that came out: what it is, how it is written there, and where that is. */
export interface Leak {
  readonly secret: string;
  readonly spelling: string;
  readonly output: string;
  /** What stands before it. */
  readonly context: string;
}

/** What was found in a folder of records. */
export interface Report {
  readonly leaks: readonly Leak[];
  /** How many different secrets of each kind were searched for. */
  readonly secrets: Readonly<Partial<Record<SecretKind, number>>>;
  /** How many bytes of each kind of output were searched. */
  readonly bytes: Readonly<Partial<Record<OutputKind, number>>>;
}

interface Secret {
  readonly kind: SecretKind;
  readonly bytes: string;
  readonly origin: string;
}

type Meaning = readonly [secret: Secret, spelling: string];

/** Searches all that came out, as one folder has it, for all that was secret. */
export function checkRecords(folder: string): Report {
  const secrets = secretsIn(folder);
  const wanted = secrets.flatMap((secret) =>
    spellingsOf(secret.kind, Buffer.from(secret.bytes, "base64")).map(
      ([spelling, bytes]) => [bytes, [secret, spelling]] as readonly [Buffer, Meaning],
    ),
  );
  const search = createSearch(wanted);
  const bytes: Partial<Record<OutputKind, number>> = {};
  const leaks = new Map<string, Leak>();
  for (const path of filesOf(folder, "output")) {
    const places = placesOf(path);
    for (const { kind, length } of places) bytes[kind] = (bytes[kind] ?? 0) + length;
    readInPieces(path, (piece, start) =>
      search(piece, ([{ kind, origin }, spelling], at) => {
        const output = sourceAt(places, start + at);
        const leak = { secret: `${kind} of ${origin}`, spelling, output, context: contextOf(piece, at) };
        // One place of a test that leaks a secret a thousand times tells enough.
        leaks.set(`${leak.secret} ${spelling} ${output}`, leak);
      }),
    );
  }
  return { leaks: [...leaks.values()], secrets: countBy(secrets.map(({ kind }) => kind)), bytes };
}

function filesOf(folder: string, end: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(`.${end}`))
    .map((name) => join(folder, name));
}

function linesOf<T>(path: string): readonly T[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as T);
}

function secretsIn(folder: string): readonly Secret[] {
  const shown = new Set(
    filesOf(folder, "shown").flatMap((path) => linesOf<{ text: string }>(path).map(({ text }) => text)),
  );
  const different = new Map<string, Secret>();
  for (const path of filesOf(folder, "secrets"))
    for (const secret of linesOf<Secret>(path))
      if (isDistinctive(secret, shown)) different.set(`${secret.kind} ${secret.bytes}`, secret);
  return [...different.values()];
}

const ROOT = resolve(import.meta.dirname, "../..");
let common: ReadonlySet<string> | undefined;
let own: string | undefined;

/** All that the product says by itself: its sentences, and the example of a first log-in, which it prints. */
function ownTexts(): string {
  const built = readdirSync(join(ROOT, "dist"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".js"),
  );
  const paths = ["README.md", ...built.map((path) => join("dist", path))];
  return paths.map((path) => readFileSync(join(ROOT, path), "utf8")).join("\n");
}

/**
 * Whether a secret that is found can have come from nowhere else. Under eight bytes, or of a few that repeat, anything is found by chance, and
 * so are words that are our own; a common password is a word too, which no account may have; a text that somebody also gave as a name is meant
 * to be seen.
 */
function isDistinctive({ kind, bytes }: Secret, shown: ReadonlySet<string>): boolean {
  const secret = Buffer.from(bytes, "base64");
  if (kind !== "password") return secret.length >= 12 && new Set(secret.subarray(0, 12)).size >= 6;
  const text = secret.toString("utf8");
  common ??= new Set(COMMON_PASSWORDS.split(" "));
  own ??= ownTexts();
  const isChance = secret.length < 8 || new Set(secret).size < 5 || common.has(text.toLowerCase());
  return !isChance && !shown.has(text) && !own.includes(text);
}

interface Place extends OutputPlace {
  readonly end: number;
}

function placesOf(output: string): readonly Place[] {
  let end = 0;
  return linesOf<OutputPlace>(output.replace(/output$/, "places")).map((place) => {
    end += place.length;
    return { ...place, end };
  });
}

function sourceAt(places: readonly Place[], at: number): string {
  const place = places.find(({ end }) => at < end);
  return place === undefined ? "?" : `${place.kind} of ${place.source}`;
}

const PIECE = 2 ** 25;
// Longer than any spelling of a password, which has 1024 characters at most.
const OVERLAP = 2 ** 15;

function readInPieces(path: string, use: (piece: Buffer, start: number) => void): void {
  const buffer = Buffer.allocUnsafe(PIECE);
  const file = openSync(path, "r");
  try {
    for (let start = 0; ; start += PIECE - OVERLAP) {
      const length = readSync(file, buffer, 0, PIECE, start);
      use(buffer.subarray(0, length), start);
      if (length < PIECE) return;
    }
  } finally {
    closeSync(file);
  }
}

function contextOf(piece: Buffer, at: number): string {
  return piece.toString("latin1", Math.max(0, at - 60), at).replace(/[^ -~]/g, ".");
}

function countBy<T extends string>(kinds: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
