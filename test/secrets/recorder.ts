import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";

/** What must never come out. Those that are random are known by their beginning, a password only by all of it. */
export type SecretKind = "password" | "access token" | "refresh token" | "master key" | "private key" | "data key";

/** What came out, and where. */
export type OutputKind = "log" | "answer" | "stdout" | "stderr" | "database" | "file";

/** Where a piece of output lies in the file of its test file. */
export interface OutputPlace {
  readonly kind: OutputKind;
  /** The test file, and what wrote it there. */
  readonly source: string;
  readonly length: number;
}

/** Keeps what was secret and what came out in files of one folder, of which every recorder has its own. */
export interface Recorder {
  secret(kind: SecretKind, value: string | Uint8Array): void;
  /** A text that a user of the server shows to others: a password that is such a text too is not searched for. */
  shown(text: string): void;
  output(kind: OutputKind, source: string, value: string | Uint8Array): void;
}

/** Makes a recorder; `origin` says which test file it records for. */
export function createRecorder(folder: string, origin: () => string): Recorder {
  const path = join(folder, randomUUID());
  const known = new Set<string>();
  const note = (end: string, entry: object) => {
    const line = `${JSON.stringify(entry)}\n`;
    if (known.has(line)) return;
    known.add(line);
    appendFileSync(`${path}.${end}`, line);
  };
  return {
    secret: (kind, value) => note("secrets", { kind, bytes: Buffer.from(value).toString("base64"), origin: origin() }),
    shown: (text) => note("shown", { text }),
    output(kind, source, value) {
      // Node shows the bytes of an error's members in columns.
      const columns = typeof value === "string" && /\d, +\d/.test(value) ? value.replace(/(?<=\d),\s+/g, ",") : "";
      const bytes = Buffer.concat([Buffer.from(value), Buffer.from(columns)]);
      if (bytes.length === 0) return;
      const place: OutputPlace = { kind, source: `${origin()}: ${source}`, length: bytes.length };
      appendFileSync(`${path}.places`, `${JSON.stringify(place)}\n`);
      appendFileSync(`${path}.output`, bytes);
    },
  };
}
