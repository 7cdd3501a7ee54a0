import { AuthError } from "../errors/auth-error.js";
import type { DataKey } from "../keys/open-key.js";
import type { SessionRow, Transport, UserRow } from "../store/store.js";
import { type RefreshVerdict, refreshRule } from "../tokens/refresh-rule.js";
import { isRefreshToken, readRefreshToken } from "../tokens/refresh-token.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { endSession } from "./end-session.js";
import { requireTexts } from "./require-texts.js";
import { type Grant, grantFor, nextExpiry, requireAudience, requireCaller, requireTransport } from "./session.js";
import { traceOf } from "./trace-of.js";

/** A refresh token as it came, and by which way: a session keeps to one. */
export interface Refresh {
  readonly refreshToken: string;
  /** `body` where it is not given. */
  readonly transport?: Transport | undefined;
  readonly audience?: string | undefined;
}

/** A session that a refresh token was proved to be of, at one moment of the database's clock. */
export interface Proven {
  readonly session: SessionRow;
  readonly user: UserRow;
  readonly presented: number;
  readonly now: number;
}

// Every turn means that another request has moved the session on; a rotation that loses finds itself a predecessor the next time.
const TURNS = 5;

/**
 * Exchanges a refresh token for new tokens by the refresh rule. Throws `invalid_grant` for anything but a living session's current token
 * or, for a while, its direct predecessor; a token used twice ends its session.
 */
export async function refresh(parts: AccountParts, given: Refresh, caller: Caller): Promise<Grant> {
  requireTexts(given, ["refreshToken"]);
  requireTransport(given.transport);
  requireCaller(caller);
  const audience = requireAudience(parts, given.audience);
  for (let turn = 0; turn < TURNS; turn++) {
    const proven = await findLiving(parts, given);
    if (proven === undefined) break;
    const verdict = verdictOn(parts, proven);
    if (verdict === "refuse") break;
    if (verdict === "replay") {
      await endReplayed(parts, proven, caller);
      break;
    }
    const session = verdict === "rotate" ? await rotated(parts, proven) : await reissued(parts, proven);
    if (session !== undefined) return grantFor(parts, { user: proven.user, session, audience, readAt: proven.now });
  }
  await parts.limits.refuse("refresh", caller.address);
  throw new AuthError("invalid_grant");
}

/** The living session of a refresh token that came its way. One that has expired ends for good: a clock set back does not bring it back. */
async function findLiving(
  parts: AccountParts,
  { refreshToken, transport = "body" }: Refresh,
): Promise<Proven | undefined> {
  const proven = await proveRefreshToken(parts, refreshToken);
  if (proven === undefined || proven.session.transport !== transport) return undefined;
  if (isAlive(proven)) return proven;
  if (proven.session.endedAt === null) await endSession(parts, proven.session.id, "expired");
  return undefined;
}

async function endReplayed(parts: AccountParts, { session, user }: Proven, caller: Caller): Promise<void> {
  if (!(await endSession(parts, session.id, "replay"))) return;
  parts.log({ event: "session.replayed", user: user.id, session: session.id, ...traceOf(caller) });
}

/** The session of a refresh token whose MAC holds, living or not; `undefined` for any other text. */
export async function proveRefreshToken(parts: AccountParts, refreshToken: string): Promise<Proven | undefined> {
  const read = readRefreshToken(refreshToken);
  if (read === undefined) return undefined;
  const dataKey = await findDataKey(parts, read.keyId);
  if (dataKey === undefined) return undefined;
  const found = await parts.store.sessions.findWithUser(read.session);
  if (found === undefined) return undefined;
  const binding = { dataKey: dataKey.bytes, epoch: parts.epoch, nonce: found.session.nonce };
  return isRefreshToken(refreshToken, binding) ? { ...found, presented: read.generation } : undefined;
}

/** A key that another process has made a moment ago is looked for before its token is refused. */
async function findDataKey({ keys, look }: AccountParts, id: number): Promise<DataKey | undefined> {
  const known = keys.findDataKey(id);
  if (known !== undefined) return known;
  await look();
  return keys.findDataKey(id);
}

function isAlive({ session, now }: Proven): boolean {
  return session.endedAt === null && now < session.idleExpiresAt && now < session.expiresAt;
}

function verdictOn(parts: AccountParts, { session, presented, now }: Proven): RefreshVerdict {
  return refreshRule({
    presented,
    current: session.generation,
    ageMs: now - session.rotatedAt,
    graceMs: parts.settings.graceSeconds * 1000,
  });
}

async function rotated(parts: AccountParts, { session, user, now }: Proven): Promise<SessionRow | undefined> {
  const next = {
    idleExpiresAt: Math.min(now + parts.settings.idleSeconds * 1000, session.expiresAt),
    largestExp: nextExpiry(parts),
    roles: user.roles,
  };
  const rotatedAt = await parts.store.sessions.rotate(session.id, session.generation, next);
  return rotatedAt === undefined ? undefined : { ...session, generation: session.generation + 1, rotatedAt };
}

async function reissued(parts: AccountParts, { session, user }: Proven): Promise<SessionRow | undefined> {
  const next = { largestExp: nextExpiry(parts), roles: user.roles };
  const noted = await parts.store.sessions.noteAccess(session.id, next);
  return noted ? session : undefined;
}
