import { type LogIn, logIn } from "../accounts/log-in.js";
import { logOut } from "../accounts/log-out.js";
import { refresh } from "../accounts/refresh.js";
import type { Grant } from "../accounts/session.js";
import { type SignUp, signUp } from "../accounts/sign-up.js";
import { AuthError } from "../errors/auth-error.js";
import { createHeaderReader } from "../guard/header-token.js";
import { USUAL_PLACES } from "../guard/places.js";
import type { TokensAnswer } from "./answers.js";
import type { Call } from "./call.js";
import { dropRefreshCookie, keepRefreshCookie, refreshCookieOf, requireOwnPage } from "./refresh-cookie.js";
import type { Reply } from "./route.js";
import type { LogOutBody, RefreshBody } from "./schemas.js";
import { userAnswer } from "./user-answer.js";

/** `POST /signup` */
export async function postSignUp({ request, caller, parts }: Call, body: SignUp): Promise<Reply<TokensAnswer>> {
  if (body.transport === "cookie") requireOwnPage(request, parts.origins);
  return granted(request, await signUp(parts.accounts, body, caller()));
}

/** `POST /token` */
export async function postToken({ request, caller, parts }: Call, body: LogIn): Promise<Reply<TokensAnswer>> {
  if (body.transport === "cookie") requireOwnPage(request, parts.origins);
  return granted(request, await logIn(parts.accounts, body, caller()));
}

/** `POST /token/refresh`: the token in the body, or the cookie; never both. */
export async function postTokenRefresh(
  { request, caller, parts }: Call,
  body: RefreshBody = {},
): Promise<Reply<TokensAnswer>> {
  const cookie = refreshCookieOf(request);
  if (cookie !== undefined) requireOwnPage(request, parts.origins);
  const refreshToken = cookie ?? body.refresh_token;
  // A page that begins asks whether there is a cookie: that there is none is an answer, and no mistake.
  if (refreshToken === undefined && acceptsSession(request)) return { status: 204 };
  if (refreshToken === undefined || (cookie !== undefined && body.refresh_token !== undefined)) {
    const message = "The refresh token comes in the body or in the cookie, and must come once.";
    throw new AuthError("invalid_request", { fields: [{ field: "refresh_token", message }] });
  }
  const transport = cookie === undefined ? "body" : "cookie";
  return granted(
    request,
    await refresh(parts.accounts, { refreshToken, transport, audience: body.audience }, caller()),
  );
}

/** `DELETE /token`: by the access token, a refresh token, or the cookie; 204 whatever they are worth. */
export async function deleteToken({ request, parts }: Call, body: LogOutBody = {}): Promise<Reply<never>> {
  const cookie = refreshCookieOf(request);
  if (cookie !== undefined) requireOwnPage(request, parts.origins);
  const refreshTokens = [body.refresh_token, cookie].filter((token) => token !== undefined);
  const accessToken = accessTokenOf(request);
  if (accessToken !== undefined || refreshTokens.length > 0)
    await logOut(parts.accounts, { accessToken, refreshTokens });
  return cookie === undefined ? {} : { headers: { "set-cookie": dropRefreshCookie() } };
}

const readHeader = createHeaderReader(USUAL_PLACES.header);

/** A header that holds no token logs nobody out, and is no reason to refuse. */
function accessTokenOf(request: Request): string | undefined {
  try {
    return readHeader(request.headers.get("authorization") ?? undefined);
  } catch {
    return undefined;
  }
}

// Browsers send it to other origins without asking first, as they would for a header of our own.
const SESSION = "application/vnd.latchkey.session+json";

/** Whether a client wants to know whose session it is, or that there is none. */
function acceptsSession(request: Request): boolean {
  return request.headers.get("accept")?.includes(SESSION) === true;
}

/** A grant as the answer of RFC 6749 section 5.1; the refresh token goes where the session keeps it. */
function granted(request: Request, grant: Grant): Reply<TokensAnswer> {
  const { token, userId, user, expiresIn, transport, refreshToken, sessionSeconds } = grant;
  const body = {
    token,
    user_id: userId,
    token_type: "Bearer" as const,
    expires_in: expiresIn,
    ...(transport === "body" && { refresh_token: refreshToken }),
    ...(acceptsSession(request) && { user: userAnswer(user) }),
  };
  if (transport === "body") return { body };
  return { body, headers: { "set-cookie": keepRefreshCookie(refreshToken, sessionSeconds) } };
}
