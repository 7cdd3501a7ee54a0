import { logIn } from "../accounts/log-in.js";
import { logOut } from "../accounts/log-out.js";
import { refresh } from "../accounts/refresh.js";
import type { Grant } from "../accounts/session.js";
import { signUp } from "../accounts/sign-up.js";
import { AuthError } from "../errors/auth-error.js";
import { bearerToken } from "../guard/bearer-token.js";
import type { Call } from "./call.js";
import { readBody, requireBody } from "./read-body.js";
import { dropRefreshCookie, keepRefreshCookie, refreshCookieOf, requireOwnPage } from "./refresh-cookie.js";
import { logInBody, logOutBody, refreshBody, signUpBody } from "./schemas.js";

/** `POST /signup` */
export async function postSignUp({ request, caller, parts }: Call): Promise<Response> {
  const body = await requireBody(request, signUpBody);
  if (body.transport === "cookie") requireOwnPage(request, parts.origins);
  return granted(await signUp(parts.accounts, body, caller), 201);
}

/** `POST /token` */
export async function postToken({ request, caller, parts }: Call): Promise<Response> {
  const body = await requireBody(request, logInBody);
  if (body.transport === "cookie") requireOwnPage(request, parts.origins);
  return granted(await logIn(parts.accounts, body, caller), 200);
}

/** `POST /token/refresh`: the token in the body, or the cookie; never both. */
export async function postTokenRefresh({ request, caller, parts }: Call): Promise<Response> {
  const cookie = refreshCookieOf(request);
  if (cookie !== undefined) requireOwnPage(request, parts.origins);
  const { refresh_token: inBody, audience } = (await readBody(request, refreshBody)) ?? {};
  const refreshToken = cookie ?? inBody;
  if (refreshToken === undefined || (cookie !== undefined && inBody !== undefined)) {
    const message = "The refresh token comes in the body or in the cookie, and must come once.";
    throw new AuthError("invalid_request", { fields: [{ field: "refresh_token", message }] });
  }
  const transport = cookie === undefined ? "body" : "cookie";
  return granted(await refresh(parts.accounts, { refreshToken, transport, audience }, caller), 200);
}

/** `DELETE /token`: by the access token, a refresh token, or the cookie; 204 whatever they are worth. */
export async function deleteToken({ request, parts }: Call): Promise<Response> {
  const cookie = refreshCookieOf(request);
  if (cookie !== undefined) requireOwnPage(request, parts.origins);
  const body = await readBody(request, logOutBody);
  await logOut(parts.accounts, { accessToken: accessTokenOf(request), refreshToken: body?.refresh_token });
  await logOut(parts.accounts, { refreshToken: cookie });
  return new Response(null, {
    status: 204,
    headers: cookie === undefined ? {} : { "set-cookie": dropRefreshCookie() },
  });
}

/** A header that holds no token logs nobody out, and is no reason to refuse. */
function accessTokenOf(request: Request): string | undefined {
  try {
    return bearerToken(request.headers.get("authorization") ?? undefined);
  } catch {
    return undefined;
  }
}

/** A grant as the answer of RFC 6749 section 5.1; the refresh token goes where the session keeps it. */
function granted(grant: Grant, status: number): Response {
  const body = { token: grant.token, user_id: grant.userId, token_type: "Bearer", expires_in: grant.expiresIn };
  if (grant.transport === "body") return Response.json({ ...body, refresh_token: grant.refreshToken }, { status });
  const cookie = keepRefreshCookie(grant.refreshToken, grant.sessionSeconds);
  return Response.json(body, { status, headers: { "set-cookie": cookie } });
}
