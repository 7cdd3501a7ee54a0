import { isUtf8 } from "node:buffer";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { PUBLISHED_SECRETS } from "./published-secrets.js";

/**
 * Throws a `TypeError` for an HMAC secret that is shorter than the hash's output (RFC 7518 section 3.2), that is an asymmetric key or a
 * JWK by mistake, or that is text which somebody published or could guess. Says what is wrong, never the secret.
 */
export function requireStrongSecret(secret: Buffer, least: number): void {
  if (secret.length < least) {
    throw new TypeError(`The secret must have at least ${least} bytes, it has ${secret.length}.`);
  }
  const text = secret.toString("latin1");
  if (isKeyDer(secret) || isKeyDer(Buffer.from(text, "base64")) || KEY_TEXT.test(text)) {
    throw new TypeError("The secret is itself a key. Import it with the algorithm of that key.");
  }
  if (isText(secret) && isGuessable(secret.toString("utf8").trim())) throw guessable();
}

/** The same for bytes that come bare: besides, they must look like chance and be no published secret in another spelling. */
export function requireRandomSecret(secret: Buffer): void {
  if (isText(secret)) return;
  const spellings = [secret.toString("hex"), secret.toString("hex").toUpperCase(), secret.toString("base64url")];
  if (new Set(secret).size < LEAST_DIFFERENT || spellings.some((text) => PUBLISHED_SECRETS.has(text)))
    throw guessable();
}

// Of 32 random bytes fewer than this many different ones do not happen.
const LEAST_DIFFERENT = 12;
const KEY_TEXT = /---- ?BEGIN|^\s*(?:ssh-|ecdsa-)|"kty"|"keys"/;

function guessable(): TypeError {
  return new TypeError(
    "The secret is published somewhere or easy to guess. Make one with: node -p \"crypto.randomBytes(32).toString('base64url')\"",
  );
}

/** Whether bytes are the DER of a key: every kind of key there is begins as a sequence. */
function isKeyDer(bytes: Buffer): boolean {
  if (bytes[0] !== 0x30) return false;
  const readers = [
    () => createPublicKey({ key: bytes, format: "der", type: "spki" }),
    () => createPublicKey({ key: bytes, format: "der", type: "pkcs1" }),
    () => createPrivateKey({ key: bytes, format: "der", type: "pkcs8" }),
    () => createPrivateKey({ key: bytes, format: "der", type: "pkcs1" }),
    () => createPrivateKey({ key: bytes, format: "der", type: "sec1" }),
  ];
  return readers.some(succeeds);
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

const WHITE_SPACE = new Set([0x09, 0x0a, 0x0d]);

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || WHITE_SPACE.has(byte));
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
// No word is so short that random text would hold it by chance.
const TELLING =
  /secret|passw|change[-_ ]?(me|this|in)|example|insecure|qwerty|letmein|default|token[-_ ]?key|(?:^|[-_ ])jwt(?:[-_ ]|$)|your[-_ ]|super[-_ ]|private[-_ ]?key|signing[-_ ]?key|development|production|bits[-_ ]long|abcdefgh|01234567|12345678/i;

/** Whether a text is on the list of published secrets, is a UUID (122 bits), repeats itself, or reads like words instead of chance. */
function isGuessable(text: string): boolean {
  if (PUBLISHED_SECRETS.has(text) || UUID.test(text) || TELLING.test(text)) return true;
  if ((text + text).indexOf(text, 1) < text.length) return true;
  if (/^[a-z _.,;:!?'-]+$/.test(text) || /^[A-Z _.,;:!?'-]+$/.test(text) || /^[0-9 ._-]+$/.test(text)) return true;
  return bitsOf(text) < 96 || isWrittenGuess(text);
}

/** Whether a text is the hexadecimal or base64 spelling of a guessable text. */
function isWrittenGuess(text: string): boolean {
  const encoding = /^([0-9a-f]{2})+$/i.test(text) ? "hex" : /^[A-Za-z0-9+/_-]+=*$/.test(text) ? "base64" : undefined;
  if (encoding === undefined) return false;
  const bytes = Buffer.from(text, encoding);
  return bytes.length >= 16 && isText(bytes) && isGuessable(bytes.toString("utf8"));
}

/** Shannon's entropy of the text by the frequency of its own characters, in bits: an upper limit of what it is worth. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...text].length;
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / length);
  return bits;
}
