/**
 * A user as stored; `usernameKey`, `usernameSkeleton` and `emailKey` are the canonical, unique spellings, `createdAt` and `disabledAt` are in
 * milliseconds.
 */
export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly usernameSkeleton: string;
  readonly email: string | null;
  readonly emailKey: string | null;
  readonly passwordHash: string;
  readonly roles: readonly string[];
  readonly createdAt: number;
  readonly disabledAt: number | null;
}

/** A piece of a list in the order of the ids. */
export interface Page {
  /** The id after which the page begins; the first page without it. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** How a session's refresh token travels, fixed for the life of the session. */
export type Transport = "body" | "cookie";

/** Why a session ended before its time. */
export type EndReason =
  | "log_out"
  | "log_out_everywhere"
  | "ended_by_user"
  | "ended_by_admin"
  | "password_changed"
  | "user_disabled"
  | "replay"
  | "crowded_out"
  | "expired";

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
  /** Access tokens of the session that were made before this, in milliseconds, are taken back. */
  readonly tokensFrom: number;
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

/** What a refresh writes beside the next generation: milliseconds, and `largestExp` in seconds; `roles` are those that its token will hold. */
export interface Rotation {
  readonly roles: readonly string[];
  readonly idleExpiresAt: number;
  readonly largestExp: number;
}

/** A session with its user and the database time, in milliseconds, at which both were read. */
export interface SessionWithUser {
  readonly session: SessionRow;
  readonly user: UserRow;
  readonly now: number;
}

/** What of a user decides whether a session may go on, as it was read before. */
export type CheckedUser = Pick<UserRow, "passwordHash" | "roles">;

/** What became of a user that was to be added. */
export type Addition = "added" | "username_taken" | "email_taken";

/** The spellings of a user that nobody else may have. */
export type TakenNames = Pick<UserRow, "usernameKey" | "usernameSkeleton" | "emailKey">;

/** Which sessions of a user end, and why. */
export interface Ending {
  readonly why: EndReason;
  /** The id of the one session that goes on. */
  readonly except?: string | undefined;
}

/** The users of a store. What ends sessions writes their revocations in the same transaction, and answers with them. */
export interface UserStore {
  /** Adds a user and, where there is one, the first session, in one transaction; or tells what is taken. */
  add(user: UserRow, session?: SessionRow): Promise<Addition>;
  /** Adds users in one transaction, each for itself: what is taken leaves the others alone. */
  addAll(users: readonly UserRow[]): Promise<readonly Addition[]>;
  /** What of a user that might be added somebody has already; the adding decides. */
  findTaken(user: TakenNames): Promise<Exclude<Addition, "added"> | undefined>;
  findByUsernameKey(key: string): Promise<UserRow | undefined>;
  findById(id: string): Promise<UserRow | undefined>;
  /** Users in the order of their ids, which is that of their making. */
  list(page: Page): Promise<readonly UserRow[]>;
  /** Puts `to` where the hash is still `from`; answers whether it was. */
  replacePasswordHash(id: string, from: string, to: string): Promise<boolean>;
  /** Puts `to` where the hash is still `from`, whatever it was where none is given, and ends sessions; `undefined` where it was another. */
  changePassword(
    id: string,
    hashes: { readonly from?: string; readonly to: string },
    ending: Ending,
  ): Promise<readonly RevocationRow[] | undefined>;
  /** Disables a user and ends all sessions; `undefined` where there is no such user. */
  disable(id: string): Promise<readonly RevocationRow[] | undefined>;
  /** Answers whether there is such a user. */
  enable(id: string): Promise<boolean>;
  /** Writes the roles; where one was taken away, the access tokens made until now are taken back and the sessions go on. */
  setRoles(id: string, roles: readonly string[]): Promise<readonly RevocationRow[] | undefined>;
  /** Deletes a user and all of their sessions. */
  remove(id: string): Promise<readonly RevocationRow[] | undefined>;
}

/** The sessions of a store. */
export interface SessionStore {
  /**
   * Inserts the session only where its user is not disabled and still is as checked; `undefined` where it is not. Where `most` is given and the
   * user would have more living sessions, those that were not used for longest end for it, 100 at once.
   */
  start(session: SessionRow, checked: CheckedUser, most?: number): Promise<readonly RevocationRow[] | undefined>;
  findWithUser(id: string): Promise<SessionWithUser | undefined>;
  /** The living sessions of a user, the latest used first; where `most` is given, no more than those. */
  listLiving(userId: string, most?: number): Promise<readonly SessionRow[]>;
  /**
   * Moves the generation from `from` to `from + 1` where it is still `from`, the session lives and its user still has these roles; answers the
   * `rotatedAt` of then.
   */
  rotate(id: string, from: number, next: Rotation): Promise<number | undefined>;
  /** Notes a use, and raises the largest `exp` (seconds), of a session that lives and whose user still has these roles. */
  noteAccess(id: string, next: Pick<Rotation, "largestExp" | "roles">): Promise<boolean>;
  /** Ends a session, of this user where one is given; `undefined` where it is unknown or had ended already. */
  end(id: string, why: EndReason, userId?: string): Promise<RevocationRow | undefined>;
  /** Ends the living sessions of a user. */
  endAll(userId: string, ending: Ending): Promise<readonly RevocationRow[]>;
  /** Deletes sessions whose absolute end is more than a day ago; answers how many. */
  forgetPast(): Promise<number>;
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
   * Puts the key set `to` in the place of `from`, in one transaction, only where the set is still `from` and its time has not passed;
   * answers whether it did. So all that is made of a key set is made of the present one.
   */
  replace(from: readonly KeyRow[], to: readonly KeyRow[], terms?: KeyTerms): Promise<boolean>;
}

/** What goes with a new key set: the key whose tokens are taken back, and the moment, in database time, from which on it is too late for it. */
export interface KeyTerms {
  readonly revoked?: string;
  readonly before?: number;
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
  /** A number that moves when another connection has committed, and when nobody knows whether this one has; synchronous and cheap. */
  changes(): number;
  /** Answers where the database does. */
  ping(): Promise<void>;
  /** Finishes the writes that wait and closes the database. */
  close(): Promise<void>;
}
