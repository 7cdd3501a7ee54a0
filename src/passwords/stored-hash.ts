/** An Argon2 hash; `phc` is its PHC string, `memory` in KiB. */
export interface Argon2Hash {
  readonly kind: "argon2";
  readonly phc: string;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** A bcrypt hash in crypt's form; `digested`: of the SHA-256 of the password, in hex. */
export interface BcryptHash {
  readonly kind: "bcrypt";
  readonly crypt: string;
  readonly cost: number;
  readonly digested: boolean;
}

/** What PBKDF2 may be made with. */
export type Pbkdf2Digest = "sha1" | "sha256" | "sha512";

/** A PBKDF2 hash of one output of its digest. */
export interface Pbkdf2Hash {
  readonly kind: "pbkdf2";
  readonly digest: Pbkdf2Digest;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly output: Buffer;
}

/** A scrypt hash; the parameters are those of RFC 7914: N, r and p. */
export interface ScryptHash {
  readonly kind: "scrypt";
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly output: Buffer;
}

/** A stored hash, taken apart. */
export type StoredHash = Argon2Hash | BcryptHash | Pbkdf2Hash | ScryptHash;
