import { createPrivateKey, createPublicKey } from "node:crypto";
import { isGuessable, isText, readingsOf } from "./guessable-text.js";
import { isPublishedSecret } from "./published-secrets.js";

/**
 * Throws a `TypeError` for an HMAC secret that is shorter than the hash's output (RFC 7518 section 3.2), that is an asymmetric key or a
 * JWK by mistake, or that is text which somebody published or could guess. Says what is wrong, never the secret.
 */
export function requireStrongSecret(secret: Buffer, least: number): void {
  if (secret.length < least) {
    throw new TypeError(`The secret must have at least ${least} bytes, it has ${secret.length}.`);
  }
  if (readingsOf(secret).some(isKeyMaterial)) {
    throw new TypeError("The secret is itself a key. Import it with the algorithm of that key.");
  }
  // HMAC pads with zeros itself (RFC 2104), and UTF-16 is full of them.
  const bare = Buffer.from(secret.filter((byte) => byte !== 0));
  if (bare.length < 2 || !isText(bare)) return;
  const text = bare.toString("utf8").trim();
  if (isGuessable(text)) throw guessable();
}

/**
 * The same for bytes that come bare: besides, they must look like chance and be no published secret in another spelling. JWKs are spared
 * this: the examples of the RFCs and of Wycheproof are published JWKs, and some of them are all zeros.
 */
export function requireRandomSecret(secret: Buffer): void {
  if (isText(secret)) return;
  const isPublished = isPublishedSecret(secret.toString("hex")) || isPublishedSecret(secret.toString("base64url"));
  if (isPublished || new Set(secret).size < LEAST_DIFFERENT) throw guessable();
}

// Of 32 random bytes fewer than this many different ones do not happen.
const LEAST_DIFFERENT = 12;

function guessable(): TypeError {
  return new TypeError(
    "The secret is published somewhere or easy to guess. Make one with: node -p \"crypto.randomBytes(32).toString('base64url')\"",
  );
}

const KEY_TEXT = /---- ?BEGIN|BEGIN [A-Z ]*KEY|^\s*(?:ssh-|ecdsa-)|"kty"|"keys"/;

/** Whether bytes are the text or the DER of a key; every kind of DER there is begins as a sequence. */
function isKeyMaterial(bytes: Buffer): boolean {
  if (KEY_TEXT.test(bytes.toString("latin1"))) return true;
  if (bytes[0] !== 0x30) return false;
  const readers = [
    () => createPublicKey({ key: bytes, format: "der", type: "spki" }),
    // This one reads private keys, too, and makes public ones of them.
    () => createPublicKey({ key: bytes, format: "der", type: "pkcs1" }),
    () => createPrivateKey({ key: bytes, format: "der", type: "pkcs8" }),
    () => createPrivateKey({ key: bytes, format: "der", type: "sec1" }),
  ];
  return readers.some(succeeds);
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
  } catch {
    return false;
  }
  return true;
}
