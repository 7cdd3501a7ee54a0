import { describe, expect, it } from "vitest";
import { openAuth, PASSWORD } from "./open-auth.js";

const WRONG = "eight wild geese at dawn";

function counted(answers: readonly { readonly status: number }[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("log-ins at once", () => {
  it("200 wrong ones of an account: ten reach the check, and all are counted", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => door.post("/token", { username: "ada", password: WRONG })),
    );
    expect(counted(answers)).toEqual({ 401: 10, 429: 190 });
    for (const { status, headers, body } of answers) {
      if (status !== 429) continue;
      expect(body.code).toBe("rate_limited");
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
    expect(door.events.filter(({ event }) => event === "attempts.blocked")).toHaveLength(1);
  });

  it("150 right ones of an account are all answered", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => door.post("/token", { username: "ada", password: PASSWORD })),
    );
    expect(counted(answers)).toEqual({ 200: 150 });
  });

  it("30 right ones of an account from 30 addresses of one network are all answered", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        door.from(`2001:db8:1:2::${at.toString(16)}`).post("/token", { username: "ada", password: PASSWORD }),
      ),
    );
    expect(counted(answers)).toEqual({ 200: 30 });
  });
});

describe("wrong passwords", () => {
  it("of one account from ever new networks are stopped, and its owner is not, at home nor after the delay elsewhere", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    await door.logIn("ada");
    const answers = [];
    for (let network = 0; network < 60; network++) {
      answers.push(await door.from(`198.51.100.${network}`).post("/token", { username: "ada", password: WRONG }));
    }
    expect(counted(answers)).toEqual({ 401: 30, 429: 30 });
    expect((await door.post("/token", { username: "ada", password: PASSWORD })).status).toBe(200);
    const away = door.from("203.0.113.9");
    const refused = await away.post("/token", { username: "ada", password: PASSWORD });
    expect(refused.status).toBe(429);
    door.clock.advance(Number(refused.headers.get("retry-after")));
    expect((await away.post("/token", { username: "ada", password: PASSWORD })).status).toBe(200);
  });

  it("of a name that nobody has are limited like those of one that somebody has", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    const of = async (username: string) => {
      const answers = [];
      for (let at = 0; at < 12; at++) {
        const { status, body, headers } = await door.post("/token", { username, password: WRONG });
        answers.push({ status, code: body.code, retryAfter: headers.get("retry-after") });
      }
      return answers;
    };
    expect(await of("nobody")).toEqual(await of("ada"));
  });

  it("for many accounts from one network are stopped before the 200th, from any address of an IPv6 /64", async () => {
    const door = await openAuth();
    const answers = [];
    for (let at = 0; at < 200; at++) {
      const from = door.from(`2001:db8:1:2:${at.toString(16)}::${at.toString(16)}`);
      answers.push(await from.post("/token", { username: `user-${at}`, password: WRONG }));
    }
    expect(counted(answers)).toEqual({ 401: 100, 429: 100 });
    const neighbour = door.from("2001:db8:1:3::1");
    expect((await neighbour.post("/token", { username: "user-7", password: WRONG })).status).toBe(401);
  });

  it("are counted by the connection's address, whatever X-Forwarded-For says", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    const answers = [];
    for (let at = 0; at < 20; at++) {
      const headers = { "x-forwarded-for": `198.51.100.${at}`, "x-real-ip": `198.51.100.${at}` };
      answers.push(await door.post("/token", { username: "ada", password: WRONG }, headers));
    }
    expect(counted(answers)).toEqual({ 401: 10, 429: 10 });
  });

  it("at a password change count as log-ins", async () => {
    const door = await openAuth();
    const { token } = await door.signUp("ada");
    const change = () =>
      door.call("/me/password", {
        method: "PUT",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ current_password: WRONG, new_password: "nine wild geese at dawn" }),
      });
    const answers = [];
    for (let at = 0; at < 12; at++) answers.push(await change());
    expect(counted(answers)).toEqual({ 401: 10, 429: 2 });
    expect((await door.post("/token", { username: "ada", password: PASSWORD })).status).toBe(429);
  });
});

describe("other refusals", () => {
  it("of sign-ups are counted, and then nothing tells which names are taken", async () => {
    const door = await openAuth();
    await door.signUp("ada");
    const answers = [];
    for (let at = 0; at < 60; at++) answers.push(await door.post("/signup", { username: "ada", password: PASSWORD }));
    expect(counted(answers)).toEqual({ 409: 50, 429: 10 });
    expect((await door.post("/signup", { username: "free one", password: PASSWORD })).status).toBe(429);
    expect((await door.from("203.0.113.9").post("/signup", { username: "free one", password: PASSWORD })).status).toBe(
      201,
    );
  });

  it("of refresh tokens are counted, and a good one is never refused for it", async () => {
    const door = await openAuth();
    const { refresh_token } = await door.signUp("ada");
    const answers = [];
    for (let at = 0; at < 1010; at++) answers.push(await door.refresh(`lkr_${at}`));
    expect(counted(answers)).toEqual({ 401: 1000, 429: 10 });
    expect((await door.refresh(refresh_token)).status).toBe(200);
  });
});
