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

/** A key of the server; `sealed` is the private part, encrypted before it comes here, `createdAt` is in milliseconds. */
export interface KeyRow {
  readonly kid: string;
  readonly purpose: "access" | "refresh";
  readonly alg: string;
  readonly sealed: string;
  readonly createdAt: number;
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
  /** Moves the generation from `from` to `from + 1` where it is still `from` and the session lives. */
  rotate(id: string, from: number, next: Rotation): Promise<boolean>;
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
  list(): Promise<readonly KeyRow[]>;
  /** Inserts all rows in one transaction, only where there is no key yet, so that two servers starting at once make one key set. */
  addWhereNone(rows: readonly KeyRow[]): Promise<boolean>;
}

/**
 * A counter of attempts. Its key tells nothing; instants are database time in milliseconds: `emptyAt` when its failures have leaked,
 * `blockedUntil` the end of its delay, `knownUntil` how long a log-in is remembered, `changedAt` when it was written, `forgetAt` when it says
 * nothing any more.
 */
export interface AttemptRow {
  readonly key: string;
  readonly attempts: number;
  readonly emptyAt: number;
  readonly blockedUntil: number;
  readonly knownUntil: number;
  readonly changedAt: number;
  readonly forgetAt: number;
}

/** Counters as they were at one moment of the database's time, in milliseconds; those that are not there are left out. */
export interface AttemptsRead {
  readonly rows: readonly AttemptRow[];
  readonly now: number;
}

/** The counters of attempts of a store. */
export interface AttemptStore {
  find(keys: readonly string[]): Promise<AttemptsRead>;
  /** Reads counters and writes what `decide` makes of them, in one transaction. `decide` may run again: it does nothing but compute. */
  change<Answer>(keys: readonly string[], decide: (read: AttemptsRead) => AttemptsDecided<Answer>): Promise<Answer>;
  /** Deletes those whose `forgetAt` has passed; answers how many. */
  forgetPast(): Promise<number>;
}

/** The counters that a decision writes, and what it answers. */
export interface AttemptsDecided<Answer> {
  readonly rows: readonly AttemptRow[];
  readonly answer: Answer;
}

/** All that Latchkey keeps. Every method throws `AuthError` with code `unavailable` where the database cannot answer. */
export interface Store {
  /** Database time in milliseconds. */
  now(): Promise<number>;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  readonly keys: KeyStore;
  readonly attempts: AttemptStore;
  /** The installation's epoch: 16 random bytes in base64url, made once. */
  epoch(): Promise<string>;
  /** A number that moves when another connection has committed; synchronous and cheap. */
  changes(): number;
  /** Answers where the database does. */
  ping(): Promise<void>;
  /** Finishes the writes that wait and closes the database. */
  close(): Promise<void>;
}
