import { describe, expect, it } from "vitest";
import { claimsOf, newDatabase, ORIGIN, openAuth, PASSWORD, sql } from "./open-auth.js";

const database = newDatabase();
const door = await openAuth({ database });

const users = async () => (await sql(database, "select id from users")).length;
const signUp = (body: object) => door.post("/signup", body);
const fieldsOf = (body: Readonly<Record<string, unknown>>) =>
  ((body.errors ?? []) as { field: string }[]).map((error) => error.field);

describe("sign-up", () => {
  it("answers 201 with the tokens of a first session", async () => {
    const { status, body, headers } = await signUp({ username: "ada", password: PASSWORD });
    expect(status).toBe(201);
    expect(body).toEqual({
      token: expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/),
      user_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      token_type: "Bearer",
      expires_in: 600,
      refresh_token: expect.stringMatching(/^lkr_[\w-]+$/),
    });
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("set-cookie")).toBeNull();
  });

  it("makes a user without any role, whose tokens work at once", async () => {
    const { token, refresh_token, user_id } = await door.signUp("berta", { email: "Berta@Example.com" });
    expect(claimsOf(token)).toMatchObject({ sub: user_id, roles: [], amr: ["pwd"], iss: ORIGIN, aud: ORIGIN });
    expect((await door.me(token)).body).toMatchObject({ id: user_id, username: "berta", email: "Berta@Example.com" });
    expect((await door.refresh(refresh_token)).status).toBe(200);
  });

  it.each([
    ["username_taken", { username: "Ada" }],
    ["username_taken", { username: "ada", email: "other@example.com" }],
    ["email_taken", { username: "carl", email: "Berta@EXAMPLE.com" }],
  ])("answers 409 %s for %j", async (code, wanted) => {
    const before = await users();
    const { status, body } = await signUp({ password: PASSWORD, ...wanted });
    expect({ status, code: body.code }).toEqual({ status: 409, code });
    expect(await users()).toBe(before);
  });

  it("gives a name to one of twenty who ask for it at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signUp({ username: "dora", password: PASSWORD })),
    );
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, ...Array(19).fill(409)]);
  });

  it.each([
    ["password_too_short", "password", { password: "sevenge" }],
    ["password_too_short", "password", { password: "" }],
    ["password_too_short", "password", { password: "\u{1F600}".repeat(7) }],
    ["password_too_common", "password", { password: "password1" }],
    ["password_too_common", "password", { password: "PASSWORD1" }],
    ["password_too_common", "password", { username: "Grace Hopper", password: "grace hopper1" }],
    ["password_too_common", "password", { email: "rear.admiral@example.com", password: "Rear.Admiral99" }],
    ["invalid_request", "password", { password: "x".repeat(1025) }],
    ["invalid_request", "password", { password: "x".repeat(7000) }],
    ["invalid_request", "password", { password: "seven wild \ud800 geese" }],
    ["invalid_request", "username", { username: "ed" }],
    ["invalid_request", "username", { username: "e".repeat(65) }],
    ["invalid_request", "username", { username: "e".repeat(300) }],
    ["invalid_request", "email", { email: "not an address" }],
    ["invalid_request", "email", { email: "" }],
    ["invalid_request", "transport", { transport: "query" }],
  ])("answers 400 %s with the field %s", async (code, field, wanted) => {
    const before = await users();
    const { status, body } = await signUp({ username: "emil", password: PASSWORD, ...wanted });
    expect({ status, code: body.code, fields: fieldsOf(body) }).toEqual({ status: 400, code, fields: [field] });
    expect(await users()).toBe(before);
  });

  it.each(["username", "password"])("answers 400 where the %s is missing, and names it", async (field) => {
    const { status, body } = await signUp({ username: "emil", password: PASSWORD, [field]: undefined });
    expect({ status, fields: fieldsOf(body) }).toEqual({ status: 400, fields: [field] });
  });
});
