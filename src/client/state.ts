/** A user, as `GET /me` answers. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  /** When the account was made (ISO 8601). */
  readonly created_at: string;
}

/** What stands in an access token (RFC 9068). It was read and not verified: it may decide what a page shows, and nothing else. */
export interface AccessClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly sid: string;
  readonly client_id: string;
  readonly auth_time: number;
  readonly amr: readonly string[];
  readonly roles: readonly string[];
  readonly scope?: string;
}

/**
 * Whether somebody is logged in. `loading`: it is not known yet. `offline`: the server could not be reached at the start, so it is not known
 * either; the client goes on trying.
 */
export type Status = "loading" | "signed-in" | "signed-out" | "offline";

/** Who is logged in; the same object until that changes. */
export interface ClientState<Claims = AccessClaims> {
  readonly status: Status;
  readonly user: User | null;
  readonly claims: Claims | null;
}

/** Why nobody is logged in any more: `logOut` here, a log-out in another tab, or the server refused to go on with the session. */
export type SignedOutReason = "log_out" | "other_tab" | "session_ended";

/** A session as it is held in memory. */
export interface Held {
  readonly token: string;
  readonly user: User;
  /** When the token expires, and from when a new one is wanted, by `performance.now()`: what the computer's clock says does not matter. */
  readonly endsAt: number;
  readonly staleAt: number;
  /** With the transport `bearer`. */
  readonly refreshToken?: string | undefined;
}

const MOST_MARGIN_SECONDS = 30;

/** When a token of so many seconds ends, and when it is about to. */
export function lifeOf(seconds: number): Pick<Held, "endsAt" | "staleAt"> {
  const now = performance.now();
  return { endsAt: now + seconds * 1000, staleAt: now + Math.max(seconds - MOST_MARGIN_SECONDS, seconds * 0.8) * 1000 };
}
