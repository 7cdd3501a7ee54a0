import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { AuthError } from "../errors/auth-error.js";
import { isPublishedSecret } from "../tokens/published-secrets.js";

const BYTES = 32;
const HOW = "Make one with: latchkey secret new";
const TEXT = /^[A-Za-z0-9_-]{43}$/;

/** A new secret: random bytes in base64url. */
export function newSecret(): string {
  return randomBytes(BYTES).toString("base64url");
}

/** The master key of a secret's text. A `TypeError` that names the setting, never the value, where it is not one. */
export function masterKeyOf(secret: string, setting: string): Buffer {
  const bytes = TEXT.test(secret) ? Buffer.from(secret, "base64url") : undefined;
  if (bytes === undefined || bytes.toString("base64url") !== secret) {
    throw new TypeError(`${setting} must be ${BYTES} random bytes in base64url (43 characters). ${HOW}`);
  }
  if (!looksRandom(bytes) || isPublished(bytes)) throw new TypeError(`${setting} is not random. ${HOW}`);
  return bytes;
}

/** Most tutorials write their secrets in hexadecimal. */
function isPublished(bytes: Buffer): boolean {
  return isPublishedSecret(bytes.toString("base64url")) || isPublishedSecret(bytes.toString("hex"));
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
  const present = findMasterKeyIn(path);
  if (present !== undefined) return present;
  if (!mayMake) {
    throw new TypeError(
      `The database has keys, but ${path}, which opens them, is missing: put it back or set LATCHKEY_SECRET.`,
    );
  }
  return makeMasterKeyIn(path);
}

/** The master key in a file, `undefined` where there is no such file. */
export function findMasterKeyIn(path: string): Buffer | undefined {
  const text = readSecretFile(path);
  return text === undefined ? undefined : masterKeyOf(text, path);
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

/**
 * Makes a file with a new master key, and reads it back: of two that try at once, one wins. Written under another name and linked, so that
 * nobody ever reads half of it. Throws `unavailable` where it cannot be written.
 */
export function makeMasterKeyIn(path: string): Buffer {
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = writeDraft(path, newSecret());
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      unlinkSync(draft);
    }
    syncFolder(dirname(path));
  });
  return masterKeyOf(readSecretFile(path) ?? "", path);
}

/**
 * Puts another master key into a file: at every moment, and after a loss of power too, it holds the old one or the new one. Throws
 * `unavailable` where it cannot be written.
 */
export function replaceMasterKeyIn(path: string, masterKey: Uint8Array): void {
  writing(path, () => {
    renameSync(writeDraft(path, Buffer.from(masterKey).toString("base64url")), path);
    syncFolder(dirname(path));
  });
}

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AuthError("unavailable", { message: `The key file ${path} cannot be written: ${why}`, cause });
  }
}

function writeDraft(path: string, secret: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    // Until all of it is written, or an error: a single write may stop halfway.
    writeFileSync(file, `${secret}\n`);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
    closeSync(file);
  }
  return draft;
}

/** Windows opens no folders, and needs none synced. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  fsyncSync(folder);
  closeSync(folder);
}
