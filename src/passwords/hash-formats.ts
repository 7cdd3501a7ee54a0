import type { Pbkdf2Digest, ScryptHash, StoredHash } from "./stored-hash.js";

/** The named parts of a hash. */
export type HashParts = Readonly<Record<string, string>>;

/** One way to write a hash down. */
export interface HashFormat {
  readonly name: string;
  /** What tells the format from all others. */
  readonly starts: readonly string[];
  readonly shape: RegExp;
  /** Gives the hash for the parts of the shape; `undefined` where their bytes are not such a hash. */
  read(parts: HashParts): StoredHash | undefined;
}

// What Werkzeug 3.1 counts where the hash names no number; no version of it writes such a hash itself.
const WERKZEUG_ITERATIONS = "1000000";

/** Every way to write a hash down that can be compared with. All are canonical: what was changed is not read. */
export const HASH_FORMATS: readonly HashFormat[] = [
  {
    name: "Argon2",
    starts: ["$argon2id$", "$argon2i$", "$argon2d$", "argon2$"],
    shape:
      /^(?:argon2)?(?<phc>\$argon2(?:id|i|d)(?:\$v=(?:16|19))?\$m=(?<memory>[1-9]\d*),t=(?<passes>[1-9]\d*),p=(?<lanes>[1-9]\d*)\$(?<salt>[A-Za-z0-9+/]+)\$(?<output>[A-Za-z0-9+/]+))$/,
    read: readArgon2,
  },
  {
    name: "bcrypt",
    starts: ["$2a$", "$2b$", "$2y$", "bcrypt$", "bcrypt_sha256$"],
    // The classes of one character are those whose spare bits are zero: 22 characters for 16 bytes, 31 for 23.
    shape:
      /^(?:(?<django>bcrypt(?:_sha256)?)\$)?(?<crypt>\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$/,
    read: ({ django, crypt = "", cost }) => ({
      kind: "bcrypt",
      crypt,
      cost: Number(cost),
      digested: django === "bcrypt_sha256",
    }),
  },
  {
    name: "Werkzeug pbkdf2",
    starts: ["pbkdf2:", "pbkdf2$"],
    shape:
      /^pbkdf2(?::(?<digest>sha1|sha256|sha512)(?::(?<iterations>[1-9]\d*))?)?\$(?<salt>[^$]+)\$(?<output>[0-9a-f]+)$/,
    read: ({ digest = "sha256", iterations = WERKZEUG_ITERATIONS, salt = "", output = "" }) =>
      pbkdf2({ digest, iterations }, Buffer.from(salt), Buffer.from(output, "hex")),
  },
  {
    name: "Werkzeug scrypt",
    starts: ["scrypt:"],
    shape: /^scrypt:(?<n>[1-9]\d*):(?<r>[1-9]\d*):(?<p>[1-9]\d*)\$(?<salt>[^$]+)\$(?<output>[0-9a-f]{128})$/,
    read: ({ n, r, p, salt = "", output = "" }) =>
      scrypt({ cost: Number(n), r, p }, Buffer.from(salt), Buffer.from(output, "hex")),
  },
  {
    name: "Django pbkdf2",
    starts: ["pbkdf2_sha256$", "pbkdf2_sha1$"],
    shape: /^pbkdf2_(?<digest>sha1|sha256)\$(?<iterations>[1-9]\d*)\$(?<salt>[^$]+)\$(?<output>[A-Za-z0-9+/]+=)$/,
    read: ({ digest = "", iterations = "", salt = "", output = "" }) =>
      pbkdf2({ digest, iterations }, Buffer.from(salt), decodeBase64(output)),
  },
  {
    name: "Django scrypt",
    starts: ["scrypt$"],
    shape: /^scrypt\$(?<n>[1-9]\d*)\$(?<salt>[^$]+)\$(?<r>[1-9]\d*)\$(?<p>[1-9]\d*)\$(?<output>[A-Za-z0-9+/]{86}==)$/,
    read: ({ n, r, p, salt = "", output = "" }) =>
      scrypt({ cost: Number(n), r, p }, Buffer.from(salt), decodeBase64(output)),
  },
  {
    name: "PHC scrypt",
    starts: ["$scrypt$"],
    shape:
      /^\$scrypt\$ln=(?<ln>[1-9]\d?),r=(?<r>[1-9]\d*),p=(?<p>[1-9]\d*)\$(?<salt>[A-Za-z0-9+/.]+={0,2})\$(?<output>[A-Za-z0-9+/.]+={0,2})$/,
    read: ({ ln, r, p, salt = "", output = "" }) =>
      scrypt({ cost: 2 ** Number(ln), r, p }, decodeBase64(salt), decodeBase64(output)),
  },
  {
    name: "passlib pbkdf2",
    starts: ["$pbkdf2$", "$pbkdf2-sha256$", "$pbkdf2-sha512$"],
    shape:
      /^\$pbkdf2(?:-(?<digest>sha256|sha512))?\$(?<iterations>[1-9]\d*)\$(?<salt>[A-Za-z0-9+/.]+)\$(?<output>[A-Za-z0-9+/.]+)$/,
    read: ({ digest = "sha1", iterations = "", salt = "", output = "" }) =>
      pbkdf2({ digest, iterations }, decodeBase64(salt), decodeBase64(output)),
  },
];

function readArgon2({ phc = "", memory, passes, lanes, salt = "", output = "" }: HashParts): StoredHash | undefined {
  const [saltBytes, outputBytes] = [decodeBase64(salt)?.length ?? 0, decodeBase64(output)?.length ?? 0];
  // The shortest that Argon2 takes for a salt, an output that is long enough not to be guessed, and what the binding holds.
  if (saltBytes < 8 || saltBytes > 48 || outputBytes < 12 || outputBytes > 64) return undefined;
  return { kind: "argon2", phc, memory: Number(memory), passes: Number(passes), lanes: Number(lanes) };
}

function pbkdf2(
  { digest, iterations }: { digest: string; iterations: string },
  salt: Buffer | undefined,
  output: Buffer | undefined,
): StoredHash | undefined {
  if (salt === undefined || output === undefined) return undefined;
  return { kind: "pbkdf2", digest: digest as Pbkdf2Digest, iterations: Number(iterations), salt, output };
}

function scrypt(
  { cost, r, p }: { cost: number; r: string | undefined; p: string | undefined },
  salt: Buffer | undefined,
  output: Buffer | undefined,
): ScryptHash | undefined {
  // The start of a longer output is that of a shorter one: a hash that was cut must not pass as one of another length.
  if (salt === undefined || (output?.length !== 32 && output?.length !== 64)) return undefined;
  return { kind: "scrypt", cost, blockSize: Number(r), parallelism: Number(p), salt, output };
}

/** Canonical base64, padded or not, with `.` for `+` as passlib writes it. */
function decodeBase64(text: string): Buffer | undefined {
  const standard = text.replaceAll(".", "+");
  const bytes = Buffer.from(standard, "base64");
  const padded = bytes.toString("base64");
  return standard === padded || standard === padded.replaceAll("=", "") ? bytes : undefined;
}
