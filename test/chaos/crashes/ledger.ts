import { decodeJwt, decodeProtectedHeader } from "jose";
import type { KeyView } from "latchkey";
import { readRefreshToken } from "../../../dist/tokens/refresh-token.js";
import type { Granted } from "../../cli/run-server.js";

// A new key signs a quarter of a second after it was planned, which may be before every process knows it where the machine is slow.
const CHANGE_MS = 5_000;

/** A session as its client knows it. */
export interface Session {
  readonly id: string;
  hasEnded: boolean;
  /** Whether that was looked at after a start. */
  isChecked: boolean;
  /** By generation; none where the answer to the log-in was lost. */
  readonly refreshTokens: string[];
  /** The last few that are good while the session lives. */
  accessTokens: string[];
  /** Those that were made with a role that is gone. */
  takenBack: string[];
  /** Second texts of a generation, of the key before: they must lead to the same successor. */
  readonly twins: { readonly generation: number; readonly token: string }[];
  /** When the last refresh was sent, in milliseconds: the server's rotation is not older. */
  rotationAskedAt: number;
}

/** What is asked of a server: acknowledged, or, where its answer was lost, settled after the next start. */
export interface Act {
  readonly kind: Kind;
  /** Asks, and notes what the answer says. Throws {@link Lost} where there is none. */
  perform(): Promise<void>;
  /** Finds out whether it was done, and notes it; `undefined` where it leaves no trace. */
  settle(): Promise<boolean | undefined>;
}

export type Kind = (typeof KINDS)[number];

export const KINDS = [
  "sign-up",
  "log-in",
  "refresh",
  "retry",
  "replay",
  "log-out",
  "log-out everywhere",
  "password",
  "roles",
  "disable",
  "enable",
  "delete",
  "import",
  "key rotation",
  "key revocation",
  "secret rotation",
] as const;

/** An account, as all that was acknowledged about it says. Acts on one account follow one another. */
export interface Account {
  readonly username: string;
  /** Where its client is: attempts are counted by network. */
  readonly address: string;
  id: string;
  password: string;
  roles: readonly string[];
  isDisabled: boolean;
  isDeleted: boolean;
  readonly sessions: Map<string, Session>;
  /** An act whose answer has not come, or never will. */
  pending: Act | undefined;
  isBusy: boolean;
  /** Log-ins that were cut short: each counts as a failed attempt. */
  lostLogIns: number;
}

/** The keys of the server: those that were listed, and those that were taken back. */
export interface KeyBook {
  present: ReadonlyMap<string, KeyView>;
  readonly revoked: Set<string>;
  /** What a revocation names that is not acknowledged yet. */
  revoking: string | undefined;
}

/** What was acknowledged, and how that ended which was not. */
export interface Ledger {
  readonly accounts: Account[];
  readonly keys: KeyBook;
  readonly acknowledged: Record<Kind, number>;
  /** How often a key changed while a refresh token was derived. */
  twins: number;
  readonly lost: { done: number; undone: number; traceless: number };
}

/** The answer to an act did not come: it may have been done or not. */
export class Lost extends Error {
  override readonly name = "Lost";
}

export function newLedger(): Ledger {
  const acknowledged = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  return {
    accounts: [],
    keys: { present: new Map(), revoked: new Set(), revoking: undefined },
    acknowledged,
    twins: 0,
    lost: { done: 0, undone: 0, traceless: 0 },
  };
}

let accounts = 0;

export function newAccount(name: string, password: string): Account {
  const number = accounts++;
  return {
    username: `${name}-${number}`,
    address: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
    id: "",
    password,
    roles: [],
    isDisabled: false,
    isDeleted: false,
    sessions: new Map(),
    pending: undefined,
    isBusy: false,
    lostLogIns: 0,
  };
}

export function newSession(id: string): Session {
  return {
    id,
    hasEnded: false,
    isChecked: false,
    refreshTokens: [],
    accessTokens: [],
    takenBack: [],
    twins: [],
    rotationAskedAt: 0,
  };
}

export const living = ({ sessions }: Account): readonly Session[] =>
  [...sessions.values()].filter(({ hasEnded }) => !hasEnded);

/** The kid of the key that made a token. */
export function kidOf(token: string): string {
  if (!token.startsWith("lkr_")) return decodeProtectedHeader(token).kid ?? "";
  return (readRefreshToken(token)?.keyId ?? 0).toString(16).padStart(8, "0");
}

export const mayBeRevoked = ({ keys }: Ledger, token: string): boolean =>
  keys.revoked.has(kidOf(token)) || keys.revoking === kidOf(token);

/** Whether an access token has a while to live. */
export const isFresh = (token: string): boolean => (decodeJwt(token).exp ?? 0) * 1000 > Date.now() + 20_000;

/** The generation that the client holds; -1 where it holds none. */
export const generationOf = ({ refreshTokens }: Session): number => refreshTokens.length - 1;

/** Whether the client can still exchange its refresh token. */
export function canRefresh(ledger: Ledger, session: Session): boolean {
  const token = session.refreshTokens.at(-1);
  return !session.hasEnded && token !== undefined && !mayBeRevoked(ledger, token);
}

/** Where a grant belongs: nowhere yet for a log-in. */
export interface Expected {
  readonly session: Session;
  readonly generation: number;
}

/** Notes the tokens of an answer. Throws where they are not those of the session, the generation and the roles that must be. */
export function noteGrant(ledger: Ledger, account: Account, granted: Granted, expected?: Expected): Session {
  const claims = decodeJwt<{ readonly roles: readonly string[] }>(granted.token);
  const read = readRefreshToken(granted.refresh_token);
  requireSame("the session of both tokens", read?.session, claims.sid);
  if (account.id === "") account.id = granted.user_id;
  requireSame("the user", [granted.user_id, claims.sub], [account.id, account.id]);
  requireSame("the roles of a token", claims.roles, account.roles);
  requireSame("the generation", read?.generation, expected?.generation ?? 0);
  if (expected === undefined) requireSame("a new session", account.sessions.has(String(claims.sid)), false);
  else requireSame("the session", claims.sid, expected.session.id);
  const session = expected?.session ?? newSession(String(claims.sid));
  account.sessions.set(session.id, session);
  noteRefreshToken(ledger, session, granted.refresh_token, read?.generation ?? 0);
  session.accessTokens = [...session.accessTokens.slice(-1), granted.token];
  return session;
}

/** A generation has one refresh token, but where the key of the first one was taken back, or changed in that very moment. */
function noteRefreshToken(ledger: Ledger, session: Session, token: string, generation: number): void {
  const known = session.refreshTokens[generation];
  session.refreshTokens[generation] = token;
  if (known === undefined || known === token || mayBeRevoked(ledger, known)) return;
  const [from, to] = [known, token].map((each) => ledger.keys.present.get(kidOf(each))?.signsFrom ?? Number.NaN);
  const changedAt = Math.max(from ?? 0, to ?? 0);
  if (kidOf(known) === kidOf(token) || !(Math.abs(changedAt - session.rotationAskedAt) < CHANGE_MS))
    throw new Error(`The session ${session.id} has forked: its generation ${generation} has two refresh tokens.`);
  session.twins.push({ generation, token: known });
  ledger.twins++;
}

/** What follows from the end of sessions. */
export function noteEnded(sessions: Iterable<Session>): void {
  for (const session of sessions) session.hasEnded = true;
}

/** What follows from roles that are set: where one is gone, older access tokens are. */
export function noteRoles(account: Account, roles: readonly string[]): void {
  const isLess = account.roles.some((role) => !roles.includes(role));
  account.roles = roles;
  if (!isLess) return;
  for (const session of account.sessions.values()) {
    session.takenBack = [...session.takenBack, ...session.accessTokens].slice(-2);
    session.accessTokens = [];
  }
}

export function requireSame(what: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one}, where ${other} is expected`);
}
