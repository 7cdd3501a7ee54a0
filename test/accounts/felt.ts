import { expect } from "vitest";
import { claimsOf, type OpenAuth, type Tokens } from "../http/open-auth.js";

let users = 0;

/** A user of a name that nobody else has, and the tokens of their sign-up. */
export async function newUser(door: OpenAuth): Promise<{ username: string; tokens: Tokens; id: string }> {
  const username = `user ${users++}`;
  const tokens = await door.signUp(username);
  return { username, tokens, id: tokens.user_id };
}

/** What the very next requests with these tokens are answered: `/me` first, then the refresh. */
export async function feltBy(door: OpenAuth, { token, refresh_token }: Tokens): Promise<readonly string[]> {
  const me = await door.me(token);
  const refreshed = await door.refresh(refresh_token);
  return [me, refreshed].map(({ status, body }) => [status, body.reason ?? body.code].filter(Boolean).join(" "));
}

/** The session has ended, and its access token is refused. */
export const ENDED: readonly string[] = ["401 revoked", "401 invalid_grant"];

/** The session goes on with both of its tokens. */
export const ALIVE: readonly string[] = ["200", "200"];

/** The session of an access token. */
export function sessionIdOf({ token }: Pick<Tokens, "token">): string {
  return claimsOf(token).sid as string;
}

/** What is thrown for a refusal of that code, about those fields where any are named. */
export function refusal(code: string, ...fields: readonly string[]): object {
  if (fields.length === 0) return { name: "AuthError", code };
  return {
    name: "AuthError",
    code,
    fields: fields.map((field) => ({ field, message: expect.stringMatching(/^[A-Z].+\.$/) })),
  };
}
