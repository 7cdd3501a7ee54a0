import { createVerifier, importKey } from "latchkey/tokens";
import { beforeEach, expect } from "vitest";
import {
  type Answer,
  bearer,
  claimsOf,
  createClock,
  newDatabase,
  type OpenAuth,
  ORIGIN,
  openAuth,
  PASSWORD,
  type Tokens,
  tokensOf,
} from "../http/open-auth.js";
import { attempt } from "./attack.js";

const NEW = "nine grey herons at dusk";
const REFUSED = [401, "invalid_grant"];
const REVOKED = [401, "revoked"];

let door: OpenAuth;
let ada: Tokens;
let phone: Tokens;
let eve: Tokens;
beforeEach(async () => {
  door = await openAuth();
  ada = await door.signUp("ada");
  phone = await door.logIn("ada");
  eve = await door.signUp("eve");
});

const verdict = ({ status, body }: Answer) => [status, body.reason ?? body.code].filter((part) => part !== undefined);

/** Neither token of a session is worth anything, at the very next request. */
async function expectEnded(tokens: Tokens, at: OpenAuth = door): Promise<void> {
  expect(verdict(await at.me(tokens.token))).toEqual(REVOKED);
  expect(verdict(await at.refresh(tokens.refresh_token))).toEqual(REFUSED);
}

async function expectAlive(tokens: Tokens, at: OpenAuth = door): Promise<void> {
  expect(verdict(await at.me(tokens.token))).toEqual([200]);
  expect(verdict(await at.refresh(tokens.refresh_token))).toEqual([200]);
}

const changePassword = (token: string) =>
  door.call("/me/password", {
    method: "PUT",
    headers: { "content-type": "application/json", ...bearer(token) },
    body: JSON.stringify({ current_password: PASSWORD, new_password: NEW }),
  });

attempt("a token that was taken back", [
  [
    "S40",
    "by a log-out is refused at once, with all that the session ever had; other sessions go on",
    async () => {
      const second = tokensOf(await door.refresh(ada.refresh_token));
      expect((await door.logOut(bearer(second.token))).status).toBe(204);
      for (const tokens of [ada, second]) await expectEnded(tokens);
      await expectAlive(phone);
    },
  ],
  [
    "S40",
    "by a log-out stays refused after a restart, and where the clock is set back before it",
    async () => {
      const database = newDatabase();
      const clock = createClock();
      const before = await openAuth({ database }, clock);
      const tokens = await before.signUp("ada");
      clock.advance(300);
      await before.logOut({}, { refresh_token: tokens.refresh_token });
      await before.auth.close();
      const after = await openAuth({ database }, clock);
      await expectEnded(tokens, after);
      // To the second of the log-in, when the token was young.
      clock.advance(-300);
      await expectEnded(tokens, after);
    },
  ],
  [
    "S41",
    "by a changed password is refused in all sessions but the one that changed it",
    async () => {
      expect((await changePassword(ada.token)).status).toBe(204);
      await expectEnded(phone);
      await expectAlive(ada);
      await expectAlive(eve);
      expect(verdict(await door.post("/token", { username: "ada", password: PASSWORD }))).toEqual([
        401,
        "invalid_credentials",
      ]);
    },
  ],
  [
    "S41",
    "by an administrator who sets the password is refused in every session",
    async () => {
      await door.auth.users.setPassword(ada.user_id, NEW);
      for (const tokens of [ada, phone]) await expectEnded(tokens);
      await expectAlive(eve);
    },
  ],
  [
    "S42",
    "with a role is refused in every session; the refresh goes on without the role",
    async () => {
      await door.auth.users.setRoles(ada.user_id, ["admin", "editor"]);
      const [one, other] = [
        tokensOf(await door.refresh(ada.refresh_token)),
        tokensOf(await door.refresh(phone.refresh_token)),
      ];
      expect(claimsOf(one.token).roles).toEqual(["admin", "editor"]);
      await door.auth.users.setRoles(ada.user_id, ["editor"]);
      for (const tokens of [one, other]) {
        expect(verdict(await door.me(tokens.token))).toEqual(REVOKED);
        const next = tokensOf(await door.refresh(tokens.refresh_token));
        expect(claimsOf(next.token).roles).toEqual(["editor"]);
        expect((await door.me(next.token)).body.roles).toEqual(["editor"]);
      }
      // The direct predecessor, asked again within the window, brings no role back.
      const again = tokensOf(await door.refresh(one.refresh_token));
      expect(claimsOf(again.token).roles).toEqual(["editor"]);
    },
  ],
  [
    "S42",
    "from a disabled or a deleted user is refused, and there is no log-in",
    async () => {
      await door.auth.users.disable(ada.user_id);
      for (const tokens of [ada, phone]) await expectEnded(tokens);
      expect(verdict(await door.post("/token", { username: "ada", password: PASSWORD }))).toEqual([
        403,
        "account_disabled",
      ]);
      await door.auth.users.enable(ada.user_id);
      for (const tokens of [ada, phone]) await expectEnded(tokens);
      await door.auth.users.delete(eve.user_id);
      await expectEnded(eve);
      expect((await door.post("/token", { username: "eve", password: PASSWORD })).status).toBe(401);
    },
  ],
  [
    "S42",
    "from a disabled user is refused by another server on the same database within a second",
    async () => {
      const database = newDatabase();
      const clock = createClock();
      const [one, other] = [await openAuth({ database }, clock), await openAuth({ database }, clock)];
      const tokens = await one.signUp("ada");
      expect((await other.me(tokens.token)).status).toBe(200);
      await one.auth.users.disable(tokens.user_id);
      expect(verdict(await other.refresh(tokens.refresh_token))).toEqual(REFUSED);
      await expect.poll(async () => verdict(await other.me(tokens.token)), { timeout: 10_000 }).toEqual(REVOKED);
    },
  ],
  [
    "S43",
    "by a log-out everywhere is refused in every session of the user and in nobody else's",
    async () => {
      const listed = await door.get("/me/sessions", bearer(ada.token));
      expect((listed.body.sessions as unknown[]).length).toBe(2);
      expect((await door.call("/me/sessions", { method: "DELETE", headers: bearer(ada.token) })).status).toBe(204);
      for (const tokens of [ada, phone]) await expectEnded(tokens);
      await expectAlive(eve);
    },
  ],
  [
    "S43",
    "by an administrator who ends all sessions is refused, and a new log-in in the same millisecond is not",
    async () => {
      expect(await door.auth.sessions.endAll(ada.user_id)).toBe(2);
      for (const tokens of [ada, phone]) await expectEnded(tokens);
      await expectAlive(await door.logIn("ada"));
    },
  ],
]);

/** Accepts what a stranger who has read the key set of this moment accepts. */
function stranger(at: OpenAuth): (token: string) => boolean {
  const keys = at.auth.jwks.keys.map((jwk) => importKey(jwk));
  const verifier = createVerifier({ issuer: ORIGIN, audience: ORIGIN, keys, now: at.clock.now });
  return (token) => {
    try {
      return verifier.verifySync(token).iss === ORIGIN;
    } catch {
      return false;
    }
  };
}

attempt("a key that is changed or stolen", [
  [
    "S44",
    "by a rotation costs no token: those of the previous key are accepted to their end, which never signs again",
    async () => {
      await door.auth.keys.rotate();
      const early = stranger(door);
      for (let minute = 0; minute < 25; minute++) {
        door.clock.advance(60);
        const { token } = await door.logIn("eve");
        // Whoever read the keys ten minutes before they sign needs no other ones.
        if (minute < 20) expect(early(token)).toBe(true);
        expect((await door.me(token)).status).toBe(200);
        if (minute < 8) expect((await door.me(ada.token)).status).toBe(200);
      }
      const states = (await door.auth.keys.list()).filter(({ purpose }) => purpose === "access");
      expect(states.map(({ state }) => state)).toEqual(["current"]);
      expect(door.auth.jwks.keys.map(({ kid }) => kid)).toEqual(states.map(({ kid }) => kid));
    },
  ],
  [
    "S45",
    "by a revocation is refused with every token that it signed, at once, and is in no key set",
    async () => {
      const { kid } = JSON.parse(Buffer.from(ada.token.split(".")[0] ?? "", "base64url").toString()) as { kid: string };
      await door.auth.keys.revoke(kid);
      for (const { token } of [ada, phone, eve]) {
        expect((await door.me(token)).body).toMatchObject({ status: 401, code: "invalid_token" });
        expect(stranger(door)(token)).toBe(false);
      }
      expect((await door.get("/.well-known/jwks.json")).text).not.toContain(kid);
      await expectAlive(tokensOf(await door.refresh(ada.refresh_token)));
    },
  ],
]);

attempt("a session that was fixed before the log-in", [
  [
    "S47",
    "is not the one after it: the cookie, the session and the tokens are new, and the old ones stay somebody else's",
    async () => {
      const page = { origin: ORIGIN };
      const credentials = { username: "ada", password: PASSWORD, transport: "cookie" };
      const cookieOf = ({ headers }: Answer) =>
        /^__Host-latchkey=([^;]*)/.exec(headers.get("set-cookie") ?? "")?.[1] ?? "";
      const planted = await door.post("/token", { ...credentials, username: "eve" }, page);
      const fixed = cookieOf(planted);
      for (const value of [fixed, "lkr_fixed", `${fixed.slice(0, -4)}AAAA`]) {
        const answer = await door.post("/token", credentials, { ...page, cookie: `__Host-latchkey=${value}` });
        expect(answer.status).toBe(200);
        expect(cookieOf(answer)).toMatch(/^lkr_/);
        expect(cookieOf(answer)).not.toBe(value);
        const { sid, sub } = claimsOf(String(answer.body.token));
        expect(sub).toBe(ada.user_id);
        expect([claimsOf(String(planted.body.token)).sid, claimsOf(ada.token).sid]).not.toContain(sid);
      }
      const own = await door.call("/token/refresh", {
        method: "POST",
        headers: { ...page, cookie: `__Host-latchkey=${fixed}` },
      });
      expect(own.body.user_id).toBe(eve.user_id);
    },
  ],
  [
    "S47",
    "cannot be named by a client: a session or an id in body, query or header changes nothing",
    async () => {
      const { sid } = claimsOf(eve.token);
      for (const name of ["session", "session_id", "sid", "id", "user_id"]) {
        const credentials = { username: "ada", password: PASSWORD };
        expect((await door.post("/token", { ...credentials, [name]: sid })).status).toBe(400);
        const answer = await door.post(`/token?${name}=${sid}`, credentials, { [`x-${name}`]: String(sid) });
        expect(answer.status).toBe(200);
        expect(claimsOf(String(answer.body.token)).sid).not.toBe(sid);
      }
    },
  ],
]);
