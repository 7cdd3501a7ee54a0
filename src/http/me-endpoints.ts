import { changePassword } from "../accounts/change-password.js";
import { endOwnSession, listOwnSessions, logOutEverywhere, type SessionView } from "../accounts/own-sessions.js";
import type { UserView } from "../accounts/user-view.js";
import { AuthError } from "../errors/auth-error.js";
import type { Auth } from "../guard/auth.js";
import type { MeAnswer, SessionsAnswer } from "./answers.js";
import type { AuthorizedCall } from "./call.js";
import type { Reply } from "./route.js";
import type { PasswordBody } from "./schemas.js";
import { instant, userAnswer } from "./user-answer.js";

/** `GET /me` */
export async function getMe({ auth, parts }: AuthorizedCall): Promise<Reply<MeAnswer>> {
  const view = await parts.accounts.userViews.of(auth.claims);
  const json = texts.get(view) ?? textOf(view);
  texts.set(view, json);
  return { json };
}

// A view stays the same object for as long as it is true.
const texts = new WeakMap<UserView, string>();

function textOf(view: UserView): string {
  return JSON.stringify(userAnswer(view));
}

/** `PUT /me/password`: this session goes on, all others end. */
export async function putPassword({ auth, caller, parts }: AuthorizedCall, body: PasswordBody): Promise<Reply<never>> {
  const whose = { userId: auth.identity, sessionId: requireSession(auth) };
  const passwords = { currentPassword: body.current_password, newPassword: body.new_password };
  await changePassword(parts.accounts, { ...whose, ...passwords }, caller());
  return {};
}

/** `GET /me/sessions` */
export async function getSessions({ auth, parts }: AuthorizedCall): Promise<Reply<SessionsAnswer>> {
  const current = requireSession(auth);
  const sessions = await listOwnSessions(parts.accounts, auth.identity);
  return { body: { sessions: sessions.map((session) => shown(session, current)) } };
}

/** `DELETE /me/sessions`: log out everywhere, here too. */
export async function deleteSessions({ auth, caller, parts }: AuthorizedCall): Promise<Reply<never>> {
  await logOutEverywhere(parts.accounts, auth.identity, caller());
  return {};
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `DELETE /me/sessions/{id}`: a session of somebody else is as unknown as one that never was. */
export async function deleteSession({ auth, caller, parameters, parts }: AuthorizedCall): Promise<Reply<never>> {
  const { id = "" } = parameters;
  if (!UUID.test(id)) throw new AuthError("not_found");
  await endOwnSession(parts.accounts, { userId: auth.identity, sessionId: id }, caller());
  return {};
}

/** The session of a token; the profile of the server's own tokens wants one in each. */
function requireSession({ claims }: Auth): string {
  if (claims.sid === undefined) throw new AuthError("invalid_token");
  return claims.sid;
}

function shown(session: SessionView, current: string): SessionsAnswer["sessions"][number] {
  return {
    id: session.id,
    current: session.id === current,
    device: session.device,
    address: session.address,
    transport: session.transport,
    created_at: instant(session.createdAt),
    last_used_at: instant(session.lastUsedAt),
    expires_at: instant(session.expiresAt),
  };
}
