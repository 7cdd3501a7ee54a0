/** A user as stored; `usernameKey` and `emailKey` are the canonical, unique spellings, `createdAt` is in milliseconds. */
export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | null;
  readonly emailKey: string | null;
  readonly passwordHash: string;
  readonly roles: readonly string[];
  readonly createdAt: number;
}

/** How a session's refresh token travels, fixed for the life of the session. */
export type Transport = "body" | "cookie";

/** Why a session ended before its time. */
export type EndReason = "log_out" | "replay" | "password_changed" | "log_out_everywhere" | "ended_by_user" | "expired";

/** A session as stored; instants are database time in milliseconds, `largestExp` and `authTime` are seconds as in a token. */
export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly generation: number;
  readonly rotatedAt: number;
  readonly nonce: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly largestExp: number;
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly transport: Transport;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly endedAt: number | null;
  readonly endedWhy: EndReason | null;
}

/** What a revocation takes back: all tokens of a session, one token, or all tokens of a key. */
export type RevocationKind = "session" | "token" | "key";

/** A revocation; `before` and `until` are milliseconds, and one without `until` is never forgotten. */
export interface RevocationRow {
  readonly seq: number;
  readonly kind: RevocationKind;
  readonly subject: string;
  readonly before: number | null;
  readonly until: number | null;
}

/** What a key makes: access tokens, which it signs, or refresh tokens, which it derives. */
export type KeyPurpose = "access" | "refresh";

/**
 * A key of the server; `sealed` is the private part, encrypted before it comes here. It makes tokens from `signsFrom` on (milliseconds, as
 * `createdAt`), and none of them lives longer than `tokenSeconds`.
 */
export interface KeyRow {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  readonly alg: string;
  readonly sealed: string;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly tokenSeconds: number;
}

/** What a refresh writes beside the next generation: milliseconds, and `largestExp` in seconds. */
export interface Rotation {
  readonly idleExpiresAt: number;
  readonly largestExp: number;
}

/** A session with its user and the database time, in milliseconds, at which both were read. */
export interface SessionWithUser {
  readonly session: SessionRow;
  readonly user: UserRow;
  readonly now: number;
}

/** The users of a store. */
export interface UserStore {
  /** Adds a user and the first session in one transaction, or tells what is taken. */
  add(user: UserRow, session: SessionRow): Promise<"added" | "username_taken" | "email_taken">;
  findByUsernameKey(key: string): Promise<UserRow | undefined>;
  findById(id: string): Promise<UserRow | undefined>;
  /** Puts `to` where the hash is still `from`; answers whether it was. */
  replacePasswordHash(id: string, from: string, to: string): Promise<boolean>;
}

/** The sessions of a store. */
export interface SessionStore {
  /** Inserts the session only where its user exists and still has the password hash that was checked. */
  start(session: SessionRow, checked: { readonly passwordHash: string }): Promise<boolean>;
  findWithUser(id: string): Promise<SessionWithUser | undefined>;
  /** Moves the generation from `from` to `from + 1` where it is still `from` and the session lives; answers the `rotatedAt` of then. */
  rotate(id: string, from: number, next: Rotation): Promise<number | undefined>;
  /** Raises the largest `exp` (seconds) of a session that lives. */
  noteAccess(id: string, largestExp: number): Promise<boolean>;
  /** Ends a session and writes its revocation in one transaction; `undefined` where it is unknown or had ended already. */
  end(id: string, why: EndReason): Promise<RevocationRow | undefined>;
}

/** The revocations of a store. */
export interface RevocationStore {
  /** The revocations after `seq`, ordered by it. */
  since(seq: number): Promise<readonly RevocationRow[]>;
  /** Deletes those whose `until` has passed; answers how many. */
  forgetPast(): Promise<number>;
}

/** The keys of a store. */
export interface KeyStore {
  /** All of them, in the order in which they begin to sign. */
  list(): Promise<readonly KeyRow[]>;
  /**
   * Puts the key set `to` in the place of `from`, and takes back what the key `revoked` has signed, in one transaction, only where the set
   * is still `from`; answers whether it was. So all that is made of a key set is made of the present one.
   */
  replace(from: readonly KeyRow[], to: readonly KeyRow[], revoked?: string): Promise<boolean>;
}

/** All that Latchkey keeps. Every method throws `AuthError` with code `unavailable` where the database cannot answer. */
export interface Store {
  /** Database time in milliseconds. */
  now(): Promise<number>;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  readonly keys: KeyStore;
  /** The installation's epoch: 16 random bytes in base64url, made once. */
  epoch(): Promise<string>;
  /** A number that moves when another connection has committed; synchronous and cheap. */
  changes(): number;
  /** Answers where the database does. */
  ping(): Promise<void>;
  /** Finishes the writes that wait and closes the database. */
  close(): Promise<void>;
}
