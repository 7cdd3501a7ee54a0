import { beforeEach, describe, expect, it } from "vitest";
import {
  type Answer,
  bearer,
  claimsOf,
  DAY,
  newDatabase,
  type OpenAuth,
  ORIGIN,
  openAuth,
  PASSWORD,
  sql,
  type Tokens,
} from "./open-auth.js";

interface Session {
  readonly id: string;
  readonly current: boolean;
  readonly device: string | null;
  readonly address: string | null;
  readonly transport: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
}

let database: string;
let door: OpenAuth;
let ada: Tokens;
beforeEach(async () => {
  database = newDatabase();
  door = await openAuth({ database });
  ada = await door.signUp("ada");
});

const sidOf = ({ token }: Pick<Tokens, "token">) => claimsOf(token).sid as string;
const sessionsOf = async (token: string) =>
  (await door.get("/me/sessions", bearer(token))).body.sessions as readonly Session[];
const end = (id: string, token: string): Promise<Answer> =>
  door.call(`/me/sessions/${id}`, { method: "DELETE", headers: bearer(token) });
const endAll = (headers: Record<string, string>) => door.call("/me/sessions", { method: "DELETE", headers });
const codeOf = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  return [status, body.reason ?? body.code];
};
const REVOKED = [401, "revoked"];
const GONE = [401, "invalid_grant"];

describe("GET /me/sessions", () => {
  it("lists the living sessions of who is calling, and says which one this is", async () => {
    const begun = door.clock.now();
    door.clock.advance(60);
    const agent = { "user-agent": "Curl/8 <script>\u00e9" };
    const second = await door.post(
      "/token",
      { username: "ada", password: PASSWORD, transport: "cookie" },
      { origin: ORIGIN, ...agent },
    );
    await door.signUp("eve");
    const { status, body, headers } = await door.get("/me/sessions", bearer(ada.token));
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    const sessions = body.sessions as readonly Session[];
    expect(sessions.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1))).toEqual([
      {
        id: sidOf(ada),
        current: true,
        device: null,
        address: "192.0.2.7",
        transport: "body",
        created_at: new Date(begun).toISOString(),
        last_used_at: new Date(begun).toISOString(),
        expires_at: new Date(begun + 7 * DAY * 1000).toISOString(),
      },
      {
        id: claimsOf(second.body.token as string).sid,
        current: false,
        device: agent["user-agent"],
        address: "192.0.2.7",
        transport: "cookie",
        created_at: new Date(begun + 60_000).toISOString(),
        last_used_at: new Date(begun + 60_000).toISOString(),
        expires_at: new Date(begun + 60_000 + 7 * DAY * 1000).toISOString(),
      },
    ]);
  });

  it("shows no secret of a session", async () => {
    const { text } = await door.get("/me/sessions", bearer(ada.token));
    expect(text).not.toMatch(/nonce|generation|largest|hash|lkr_/);
  });

  it("leaves out those that have ended or expired", async () => {
    const second = await door.logIn("ada");
    expect(await sessionsOf(ada.token)).toHaveLength(2);
    await door.logOut(bearer(second.token));
    expect((await sessionsOf(ada.token)).map(({ id }) => id)).toEqual([sidOf(ada)]);
    door.clock.advance(8 * DAY);
    const third = await door.logIn("ada");
    expect((await sessionsOf(third.token)).map(({ id, current }) => [id, current])).toEqual([[sidOf(third), true]]);
  });

  it("tells when a session was used last, and until when it lives now", async () => {
    door.clock.advance(3600);
    const { body } = await door.refresh(ada.refresh_token);
    const [session] = await sessionsOf(body.token as string);
    expect(session?.last_used_at).toBe(new Date(door.clock.now()).toISOString());
    expect(session?.expires_at).toBe(new Date(door.clock.now() + 7 * DAY * 1000).toISOString());
  });
});

describe("DELETE /me/sessions/{id}", () => {
  it("ends that session, and no other", async () => {
    const second = await door.logIn("ada");
    const { status, text } = await end(sidOf(second), ada.token);
    expect([status, text]).toEqual([204, ""]);
    expect(await codeOf(door.me(second.token))).toEqual(REVOKED);
    expect(await codeOf(door.refresh(second.refresh_token))).toEqual(GONE);
    expect((await door.me(ada.token)).status).toBe(200);
    expect((await door.refresh(ada.refresh_token)).status).toBe(200);
  });

  it("may end the session that asks", async () => {
    expect((await end(sidOf(ada), ada.token)).status).toBe(204);
    expect(await codeOf(door.me(ada.token))).toEqual(REVOKED);
    expect(await codeOf(end(sidOf(ada), ada.token))).toEqual(REVOKED);
  });

  it("answers 404 for a session of somebody else, which lives on, as for one that never was", async () => {
    const eve = await door.signUp("eve");
    const foreign = await end(sidOf(ada), eve.token);
    const unknown = await end("01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4", eve.token);
    expect([foreign.status, foreign.body.code]).toEqual([404, "not_found"]);
    expect(unknown.text).toBe(foreign.text);
    expect((await door.me(ada.token)).status).toBe(200);
    expect((await door.refresh(ada.refresh_token)).status).toBe(200);
  });

  it("answers 404 the second time", async () => {
    const second = await door.logIn("ada");
    expect((await end(sidOf(second), ada.token)).status).toBe(204);
    expect(await codeOf(end(sidOf(second), ada.token))).toEqual([404, "not_found"]);
  });

  it("answers one 204 and otherwise 404 to many at once", async () => {
    const second = await door.logIn("ada");
    const answers = await Promise.all(Array.from({ length: 10 }, () => end(sidOf(second), ada.token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, ...Array(9).fill(404)]);
  });

  it.each([
    "x",
    "%00",
    "%",
    "%ff",
    "null",
    "*",
    "'%20or%201=1--",
    "..%2f..%2ftoken",
    "01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4%00",
    "01A1FFDE-4E64-7D19-8F0C-52B7C1B0A3E4",
    "{01a1ffde-4e64-7d19-8f0c-52b7c1b0a3e4}",
    "01a1ffde4e647d198f0c52b7c1b0a3e4",
    "0".repeat(3000),
  ])("answers 404 to %s, and nothing ends", async (id) => {
    expect(await codeOf(end(id, ada.token))).toEqual([404, "not_found"]);
    expect((await door.me(ada.token)).status).toBe(200);
  });

  it("does not take an id of its own spelled in capitals", async () => {
    expect(await codeOf(end(sidOf(ada).toUpperCase(), ada.token))).toEqual([404, "not_found"]);
    expect((await door.me(ada.token)).status).toBe(200);
  });
});

describe("DELETE /me/sessions", () => {
  it("logs out everywhere, here too, and nobody else", async () => {
    const [second, eve] = [await door.logIn("ada"), await door.signUp("eve")];
    const { status, text } = await endAll(bearer(ada.token));
    expect([status, text]).toEqual([204, ""]);
    for (const { token, refresh_token } of [ada, second]) {
      expect(await codeOf(door.me(token))).toEqual(REVOKED);
      expect(await codeOf(door.refresh(refresh_token))).toEqual(GONE);
    }
    expect((await door.me(eve.token)).status).toBe(200);
    expect(await sql(database, "select ended_why from sessions where user_id = ?", ada.user_id)).toEqual(
      Array(2).fill({ ended_why: "log_out_everywhere" }),
    );
    const third = await door.logIn("ada");
    expect(await sessionsOf(third.token)).toHaveLength(1);
  });
});

describe("the routes of sessions", () => {
  it("ask for an access token, and take nothing else for one", async () => {
    const asks: readonly ((headers: Record<string, string>) => Promise<Answer>)[] = [
      (headers) => door.get("/me/sessions", headers),
      endAll,
      (headers) => door.call(`/me/sessions/${sidOf(ada)}`, { method: "DELETE", headers }),
    ];
    for (const ask of asks) {
      expect(await codeOf(ask({}))).toEqual([401, "token_required"]);
      expect(await codeOf(ask({ cookie: `__Host-latchkey=${ada.refresh_token}`, origin: ORIGIN }))).toEqual([
        401,
        "token_required",
      ]);
      expect(await codeOf(ask(bearer(ada.refresh_token)))).toEqual([401, "wrong_segments"]);
    }
    expect((await door.me(ada.token)).status).toBe(200);
  });
});
