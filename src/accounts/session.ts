import { randomBytes } from "node:crypto";
import { AuthError } from "../errors/auth-error.js";
import type { SessionRow, Transport, UserRow } from "../store/store.js";
import { deriveRefreshToken } from "../tokens/refresh-token.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import type { AccountParts, Caller } from "./account-parts.js";

/** What a client gets for a log-in or a refresh. `expiresIn` is in seconds. */
export interface Grant {
  readonly token: string;
  readonly userId: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly transport: Transport;
  /** How long the session can live at most from now on, in seconds. */
  readonly sessionSeconds: number;
}

const LONGEST_USER_AGENT = 256;

/** The row of a session that begins now, with its first access token counted in. */
export function newSession(parts: AccountParts, userId: string, transport: Transport, caller: Caller): SessionRow {
  const time = parts.now();
  const { idleSeconds, absoluteSeconds, accessSeconds } = parts.settings;
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
    largestExp: expiryOf(time, accessSeconds),
    authTime: Math.floor(time / 1000),
    amr: ["pwd"],
    transport,
    userAgent: caller.userAgent?.slice(0, LONGEST_USER_AGENT).toWellFormed() ?? null,
    address: caller.address ?? null,
    endedAt: null,
    endedWhy: null,
  };
}

/** The `exp`, in seconds, of an access token that is minted at a time in milliseconds. */
export function expiryOf(time: number, accessSeconds: number): number {
  return Math.floor(time / 1000) + accessSeconds;
}

/** Mints the tokens of a session at its present generation. */
export function grantFor(
  parts: AccountParts,
  user: UserRow,
  session: SessionRow,
  audience: string,
  time: number,
): Grant {
  const { accessSeconds } = parts.settings;
  const token = parts.issuer.mint(
    {
      sub: user.id,
      sid: session.id,
      iat: Math.floor(time / 1000),
      exp: expiryOf(time, accessSeconds),
      jti: uuidV7(time),
      auth_time: session.authTime,
      amr: session.amr,
      roles: user.roles,
    },
    { audience },
  );
  const { id, bytes } = parts.keys.dataKey;
  const refreshToken = deriveRefreshToken(
    { keyId: id, session: session.id, generation: session.generation },
    { dataKey: bytes, epoch: parts.epoch, nonce: session.nonce },
  );
  const sessionSeconds = Math.max(0, Math.floor((session.expiresAt - time) / 1000));
  return {
    token,
    userId: user.id,
    expiresIn: accessSeconds,
    refreshToken,
    transport: session.transport,
    sessionSeconds,
  };
}

/** The audience that was asked for, where it is one of the configured; the server's own where none was. */
export function requireAudience(parts: AccountParts, asked: string | undefined): string {
  const audience = asked ?? parts.settings.audiences[0];
  if (parts.settings.audiences.includes(audience)) return audience;
  const message = "This audience is not configured.";
  throw new AuthError("invalid_request", { fields: [{ field: "audience", message }] });
}
