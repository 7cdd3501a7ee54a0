import { isAuthError } from "../errors/auth-error.js";
import type { AccountParts } from "./account-parts.js";
import { endSession } from "./end-session.js";
import { proveRefreshToken } from "./refresh.js";

/** What a client logs out with: an access token, also an expired one, and refresh tokens, also old ones. */
export interface LogOut {
  readonly accessToken?: string | undefined;
  readonly refreshTokens?: readonly string[] | undefined;
}

/** Ends the session of each token given. Says nothing of tokens that are of no session, so that nobody can ask which ones are. */
export async function logOut(parts: AccountParts, given: LogOut): Promise<void> {
  const { accessToken, refreshTokens } = requireTokens(given);
  const sessions = new Set<string>();
  const byAccess = accessToken === undefined ? undefined : sessionOfAccessToken(parts, accessToken);
  if (byAccess !== undefined) sessions.add(byAccess);
  for (const refreshToken of refreshTokens) {
    const proven = await proveRefreshToken(parts, refreshToken);
    if (proven !== undefined) sessions.add(proven.session.id);
  }
  for (const session of sessions) {
    if (await endSession(parts, session, "log_out")) parts.log({ event: "user.logged_out", session });
  }
}

/** A log-out that names no token would end nothing, and look as if it had. */
function requireTokens(given: LogOut): LogOut & { readonly refreshTokens: readonly string[] } {
  const { accessToken, refreshTokens = [] }: LogOut = given ?? {};
  if (Array.isArray(refreshTokens)) {
    const tokens: readonly unknown[] = accessToken === undefined ? refreshTokens : [accessToken, ...refreshTokens];
    if (tokens.length > 0 && tokens.every((token) => typeof token === "string")) return { accessToken, refreshTokens };
  }
  throw new TypeError("A log-out takes { accessToken }, { refreshTokens }, or both.");
}

function sessionOfAccessToken(parts: AccountParts, token: string): string | undefined {
  try {
    return parts.logOutVerifier.verifySync(token, { allowExpired: true }).sid;
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}
