import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../http/open-auth.js";
import { startOurs, type Tour } from "./start-tour.js";

let tour: Tour;

beforeAll(async () => {
  tour = await startOurs({ JWT_SECRET_KEY: randomBytes(32).toString("hex") });
});
afterAll(() => tour?.stop());

function logIn(body: string, path = "/login"): Promise<Answer> {
  return tour.ask(path, { method: "POST", headers: { "content-type": "application/json" }, body });
}

function ask(method: string, path: string, token: unknown): Promise<Answer> {
  return tour.ask(path, { method, headers: { authorization: `Bearer ${token}` } });
}

describe("the tour of JwtManager", () => {
  it("logs in, opens its routes, refreshes and logs out", async () => {
    const { body: tokens } = await logIn('{"username":"root"}');
    expect((await ask("GET", "/protected", tokens.access_token)).body).toEqual({ who: "root", where: "headers" });
    expect((await ask("GET", "/admin", tokens.access_token)).body).toEqual({ ok: true });
    const { body: renewed } = await ask("POST", "/refresh", tokens.refresh_token);
    expect((await ask("GET", "/whoami", renewed.access_token)).body).toEqual({
      user: "root",
      claims: { role: "admin", type: "access", fresh: false, sub: "root" },
    });
    const ended = await ask("DELETE", "/logout", tokens.refresh_token);
    expect(ended.body).toEqual({ msg: "Refresh token successfully revoked" });
    expect(await ask("POST", "/refresh", tokens.refresh_token)).toMatchObject({
      status: 401,
      body: { msg: "Token has been revoked" },
    });
  });

  it.each(["/login", "/cookie/login", "/refresh", "/protected"])("lets nobody keep the answer of %s", async (path) => {
    expect((await logIn("{}", path)).headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    ["an empty name", '{"username":""}'],
    ["a name that is a number", '{"username":1}'],
    ["a name that is a list", '{"username":["ada"]}'],
    ["a name of null", '{"username":null}'],
    ["a name of 101 letters", JSON.stringify({ username: "a".repeat(101) })],
    ["a name with half a surrogate pair", '{"username":"\\ud800"}'],
    ["a body that breaks off", '{"username":'],
    ["a body that is a number", "1"],
    ["a body of null", "null"],
  ])("refuses %s with a 400 that tells what is wrong", async (_what, body) => {
    for (const path of ["/login", "/cookie/login"]) {
      const refused = await logIn(body, path);
      expect({ status: refused.status, msg: refused.body.msg }).toEqual({
        status: 400,
        msg: expect.stringMatching(/username|body/),
      });
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
  });

  it("refuses a body that is far too long", async () => {
    expect((await logIn(`{"username":"ada"${" ".repeat(70_000)}}`)).status).toBe(413);
  });
});
