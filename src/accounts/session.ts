import { randomBytes } from "node:crypto";
import { AuthError } from "../errors/auth-error.js";
import type { SessionRow, Transport, UserRow } from "../store/store.js";
import { deriveRefreshToken } from "../tokens/refresh-token.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import type { AccountParts, Caller } from "./account-parts.js";
import { type UserView, viewOf } from "./user-view.js";

/** What a client gets for a log-in or a refresh. `expiresIn` is in seconds. */
export interface Grant {
  readonly token: string;
  readonly userId: string;
  /** Whose session it is, as they were when the token was made. */
  readonly user: UserView;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly transport: Transport;
  /** How long the session can live at most from now on, in seconds. */
  readonly sessionSeconds: number;
}

const LONGEST_USER_AGENT = 256;

/** Whose session begins, and how. */
export interface Beginning {
  readonly userId: string;
  readonly transport: Transport | undefined;
  readonly caller: Caller;
}

/** The row of a session that begins now by the database's clock, with its first access token counted in. */
export async function newSession(
  parts: AccountParts,
  { userId, transport = "body", caller }: Beginning,
): Promise<SessionRow> {
  const time = await parts.store.now();
  const { idleSeconds, absoluteSeconds } = parts.settings;
  return {
    id: uuidV7(time),
    userId,
    generation: 0,
    rotatedAt: time,
    nonce: randomBytes(16).toString("base64url"),
    createdAt: time,
    lastUsedAt: time,
    idleExpiresAt: time + idleSeconds * 1000,
    expiresAt: time + absoluteSeconds * 1000,
    largestExp: nextExpiry(parts),
    tokensFrom: 0,
    authTime: Math.floor(parts.now() / 1000),
    amr: ["pwd"],
    transport,
    userAgent: caller.userAgent?.slice(0, LONGEST_USER_AGENT).toWellFormed() ?? null,
    address: caller.address ?? null,
    endedAt: null,
    endedWhy: null,
  };
}

/** The largest `exp`, in seconds, of an access token that is minted within the second after now. */
export function nextExpiry({ now, settings }: AccountParts): number {
  return Math.floor(now() / 1000) + 1 + settings.accessSeconds;
}

/** A user, their session at its present generation, and the audience of the access token. */
export interface Granted {
  readonly user: UserRow;
  readonly session: SessionRow;
  readonly audience: string;
  /** When the user was read, by the database's clock: what is taken away later takes the token back. */
  readonly readAt: number;
}

/** Mints the tokens of a session at its present generation. */
export function grantFor(parts: AccountParts, { user, session, audience, readAt }: Granted): Grant {
  const { accessSeconds } = parts.settings;
  const { id, authTime, amr, transport } = session;
  const jti = uuidV7(Math.max(readAt, session.tokensFrom));
  const claims = { sub: user.id, sid: id, jti, auth_time: authTime, amr, roles: user.roles };
  const token = parts.issuer.mint(claims, { audience });
  // Of the moment of the rotation, not of now: whoever asks again gets the same text, though the keys have changed since.
  const dataKey = parts.keys.dataKeyAt(session.rotatedAt);
  const refreshToken = deriveRefreshToken(
    { keyId: dataKey.id, session: id, generation: session.generation },
    { dataKey: dataKey.bytes, epoch: parts.epoch, nonce: session.nonce },
  );
  const sessionSeconds = Math.max(0, Math.floor((session.expiresAt - parts.now()) / 1000));
  const whose = { userId: user.id, user: viewOf(user) };
  return { token, ...whose, expiresIn: accessSeconds, refreshToken, transport, sessionSeconds };
}

/** Checks how a refresh token is to travel. Throws `invalid_request` that names the field. */
export function requireTransport(transport: Transport | undefined): void {
  if (transport === undefined || transport === "body" || transport === "cookie") return;
  throw new AuthError("invalid_request", { fields: [{ field: "transport", message: "This must be body or cookie." }] });
}

/** Checks that what is told of a caller is text, of any length. Throws a `TypeError`. */
export function requireCaller(caller: Caller): void {
  const isTextOrNone = (told: unknown) => told === undefined || told === null || typeof told === "string";
  if (caller !== null && isTextOrNone(caller.address) && isTextOrNone(caller.userAgent)) return;
  throw new TypeError("A caller is { address, userAgent }: each of them a text, where it is known.");
}

/** The audience that was asked for, where it is one of the configured; the server's own where none was. */
export function requireAudience(parts: AccountParts, asked: string | undefined): string {
  const audience = asked ?? parts.settings.audiences[0];
  if (parts.settings.audiences.includes(audience)) return audience;
  const message = "This audience is not configured.";
  throw new AuthError("invalid_request", { fields: [{ field: "audience", message }] });
}
