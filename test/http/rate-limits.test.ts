import { describe, expect, it } from "vitest";
import { openAuth, PASSWORD } from "./open-auth.js";

const WRONG = "eight wild geese at dawn";

function counted(answers: readonly { readonly status: number }[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("log-ins at once", () => {
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
