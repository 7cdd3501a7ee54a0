import { describe, expect, it } from "vitest";
import { newDatabase, ORIGIN, openAuth, PASSWORD, sql, tokensOf } from "../http/open-auth.js";

describe("the log", () => {
  it("tells what happened, and no password, token, cookie or key, ever", async () => {
    const database = newDatabase();
    const door = await openAuth({ database });
    const secrets = new Set<string>([PASSWORD, "a wrong password", "SHORT-7", "AnotherGreatPassword"]);
    const keep = (tokens: { token: string; refresh_token?: string }) => {
      for (const token of [tokens.token, tokens.refresh_token ?? tokens.token]) {
        secrets.add(token);
        for (const part of token.replace("lkr_", "").split(".")) secrets.add(part);
      }
    };

    const first = await door.signUp("ada", { email: "ada@example.com" });
    keep(first);
    await door.post("/signup", { username: "eve", password: "SHORT-7" });
    await door.post("/signup", { username: "ada", password: "AnotherGreatPassword" });
    await door.post("/token", { username: "ada", password: "a wrong password" });
    await door.post("/token", { username: "nobody at all", password: "a wrong password" });
    await door.post("/token", `{"username":"ada","password":"${PASSWORD}"`);
    const second = tokensOf(await door.refresh(first.refresh_token));
    keep(second);
    const third = tokensOf(await door.refresh(second.refresh_token));
    keep(third);
    await door.refresh(first.refresh_token);
    await door.me(third.token);
    const body = { username: "ada", password: PASSWORD, transport: "cookie" };
    const inCookie = await door.post("/token", body, { origin: ORIGIN, "user-agent": "Agent/1" });
    const cookie = inCookie.headers.get("set-cookie")?.split(";")[0] ?? "";
    keep({ token: inCookie.body.token as string, refresh_token: cookie.split("=")[1] ?? "" });
    await door.logOut({ cookie, origin: ORIGIN });
    const last = await door.logIn("ada");
    keep(last);
    await sql(database, "update users set roles = '{'");
    await door.me(last.token);
    await door.refresh(last.refresh_token);

    expect(door.events.map((event) => event.event)).toEqual([
      "user.signed_up",
      "user.log_in_failed",
      "user.log_in_failed",
      "session.replayed",
      "user.logged_in",
      "user.logged_out",
      "user.logged_in",
      "request.failed",
      "request.failed",
    ]);
    const log = JSON.stringify(door.events);
    const rows = (await sql(database, "select sealed, password_hash, nonce from keys, users, sessions")) as object[];
    for (const row of rows) for (const value of Object.values(row)) secrets.add(value as string);
    for (const secret of secrets) expect(log).not.toContain(secret);
    expect(log).not.toMatch(/lkr_|eyJ|argon2|ada@example/);
  });

  it("is one flat object an event, whatever the request says", async () => {
    const { events, post } = await openAuth();
    const username = 'ada\r\n{"event":"forged"}\u2028\u001b[31m';
    await post("/token", { username, password: PASSWORD }, { "user-agent": '{"event":"forged"}' });
    expect(events).toHaveLength(1);
    const line = JSON.stringify(events[0]);
    expect(JSON.parse(line)).toEqual({
      event: "user.log_in_failed",
      address: "192.0.2.7",
      request: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    for (const part of ["forged", "\r", "\n", "\u2028", "\u001b"]) expect(line).not.toContain(part);
  });
});
