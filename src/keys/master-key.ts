import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const BYTES = 32;
const TEXT = /^[A-Za-z0-9_-]{43}$/;

/** A new master key as text: 32 random bytes in base64url. */
export function newSecret(): string {
  return randomBytes(BYTES).toString("base64url");
}

/** The master key of a secret's text. A `TypeError` that names the setting, never the value, where it is not one. */
export function masterKeyOf(secret: string, setting: string): Buffer {
  const bytes = TEXT.test(secret) ? Buffer.from(secret, "base64url") : undefined;
  if (bytes === undefined || bytes.toString("base64url") !== secret) {
    throw new TypeError(`${setting} must be ${BYTES} random bytes in base64url (43 characters).`);
  }
  if (new Set(bytes).size < 16) throw new TypeError(`${setting} is not random: make a new one.`);
  return bytes;
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

function makeSecretFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw error;
  }
  writeSync(file, `${newSecret()}\n`);
  fsyncSync(file);
  closeSync(file);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
