import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { isPublishedSecret } from "../tokens/published-secrets.js";

const BYTES = 32;
const HOW = `Make one with: node -p "crypto.randomBytes(${BYTES}).toString('base64url')"`;
const TEXT = /^[A-Za-z0-9_-]{43}$/;

/** The master key of a secret's text. A `TypeError` that names the setting, never the value, where it is not one. */
export function masterKeyOf(secret: string, setting: string): Buffer {
  const bytes = TEXT.test(secret) ? Buffer.from(secret, "base64url") : undefined;
  if (bytes === undefined || bytes.toString("base64url") !== secret) {
    throw new TypeError(`${setting} must be ${BYTES} random bytes in base64url (43 characters). ${HOW}`);
  }
  if (!looksRandom(bytes) || isPublishedSecret(secret)) throw new TypeError(`${setting} is not random. ${HOW}`);
  return bytes;
}

/** Whether bytes look like chance: random ones fail this less than once in a million million. */
function looksRandom(bytes: Buffer): boolean {
  const steps = [...bytes].map((byte, index) => (byte - (bytes[index - 1] ?? 0)) & 0xff);
  return new Set(bytes).size >= 16 && new Set(steps).size > 4 && bytes.some((byte) => byte < 0x20 || byte > 0x7e);
}

/**
 * The master key in a file, made there at the first start. The file must be the owner's alone (0600). A `TypeError` where it is missing
 * though there is a database that was sealed with it (`mayMake` is false): a new key would open nothing.
 */
export function masterKeyInFile(path: string, { mayMake }: { readonly mayMake: boolean }): Buffer {
  const text = readSecretFile(path);
  if (text !== undefined) return masterKeyOf(text, path);
  if (!mayMake) {
    throw new TypeError(
      `The database has keys, but ${path}, which opens them, is missing: put it back or set LATCHKEY_SECRET.`,
    );
  }
  makeSecretFile(path);
  // Read back: of two first starts at once one has made it.
  return masterKeyOf(readSecretFile(path) ?? "", path);
}

function readSecretFile(path: string): string | undefined {
  try {
    const { mode } = statSync(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new TypeError(`${path} can be read by others: chmod 600 it.`);
    }
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Written under another name and linked, so that nobody ever reads half of it; of two that try at once, one wins. */
function makeSecretFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, `${randomBytes(BYTES).toString("base64url")}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    closeSync(file);
    unlinkSync(draft);
  }
  syncFolder(dirname(path));
}

/** Windows opens no folders, and needs none synced. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  fsyncSync(folder);
  closeSync(folder);
}
