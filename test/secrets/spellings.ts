import type { SecretKind } from "./recorder.js";

/** A way in which a secret may be written, and the bytes that stand there then. */
export type Spelling = readonly [name: string, bytes: Buffer];

// Random bytes are known by their first ones: a text that was cut short, or broken into lines as in PEM, is found too.
const ENOUGH = 12;

/** How a secret may be written: as it is, in hexadecimal, in both alphabets of base64 at each of their three alignments, and as JSON and Node print it. */
export function spellingsOf(kind: SecretKind, secret: Buffer): readonly Spelling[] {
  if (kind === "password") return [...inAnyPlace(secret), ...escaped(secret.toString("utf8"))];
  const beginning = secret.subarray(0, ENOUGH);
  return [...inAnyPlace(beginning), ...listed(beginning)];
}

function inAnyPlace(secret: Buffer): readonly Spelling[] {
  const hex = secret.toString("hex");
  const written = [0, 1, 2].flatMap((before) => inBase64(secret, before));
  return [["plain", secret], ["hex", Buffer.from(hex)], ["HEX", Buffer.from(hex.toUpperCase())], ...written];
}

/** The characters that are the secret's alone, where so many bytes of a group of three stand before it. */
function inBase64(secret: Buffer, before: number): readonly Spelling[] {
  const all = Buffer.concat([Buffer.alloc(before), secret]);
  const [first, last] = [Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6)];
  return (["base64", "base64url"] as const).map((alphabet) => [
    `${alphabet} after ${before}`,
    Buffer.from(all.toString(alphabet).slice(first, last)),
  ]);
}

/** A text as it stands in JSON and in a URL. */
function escaped(text: string): readonly Spelling[] {
  return [
    ["JSON", Buffer.from(JSON.stringify(text).slice(1, -1))],
    ["URL", Buffer.from(encodeURIComponent(text))],
  ];
}

/** Bytes as Node shows a buffer, and as JSON has one. */
function listed(secret: Buffer): readonly Spelling[] {
  return [
    ["a buffer", Buffer.from(secret.toString("hex").replace(/..(?!$)/g, "$& "))],
    ["a list", Buffer.from([...secret].join(","))],
  ];
}
