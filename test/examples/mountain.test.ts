import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { forgeToken } from "latchkey/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticate, identity } from "../../examples/mountain/security.mjs";
import { NAMES_OF_OBJECTS, NO_BODIES, NO_TEXTS } from "./hostile-bodies.js";
import { EXAMPLES, newSecret, type Running, run, statusesOf } from "./run-example.js";
import { describeStart } from "./start-contract.js";

const USER = { username: "sherpa", password: "everest" };

describe("the example mountain", () => {
  const JWT_SECRET_KEY = newSecret();
  let example: Running;
  const logIn = async () => String((await example.post("/auth", USER)).body.access_token);
  const climb = (authorization: string, name = "everest") =>
    example.ask(`/mountain/${name}`, { headers: { authorization } });
  /** A token as the example mints it, with other claims. */
  const forge = (claims: object) =>
    forgeToken({
      claims: { sub: "1", type: "access", fresh: false, jti: randomUUID(), ...claims },
      key: JWT_SECRET_KEY,
    });
  const now = () => Math.floor(Date.now() / 1000);

  beforeAll(async () => {
    example = await run("mountain", { JWT_SECRET_KEY });
  });
  afterAll(() => example?.stop());

  it("gives the sherpa a token of five minutes, and tells caches to forget it", async () => {
    const { status, body, headers } = await example.post("/auth", USER);
    expect({ status, body }).toEqual({ status: 200, body: { access_token: expect.any(String) } });
    expect(headers.get("cache-control")).toBe("no-store");
    const claims = JSON.parse(Buffer.from(String(body.access_token).split(".")[1] ?? "", "base64url").toString());
    expect(claims.sub).toBe("1");
    expect(claims.exp - claims.iat).toBe(300);
  });

  it.each(["JWT", "jwt", "Jwt", "Bearer", "bearer", "BEARER"])("takes the token after %s", async (scheme) => {
    const { status, body } = await climb(`${scheme} ${await logIn()}`, "annapurna");
    expect({ status, body }).toEqual({ status: 200, body: { mountain: "annapurna" } });
  });

  it.each(["Basic", "JWTs", "Token", "JWT:"])("takes it not after %s, and not alone", async (scheme) => {
    const token = await logIn();
    const error = { error: "Invalid JWT header", description: "Unsupported authorization type", status_code: 401 };
    for (const value of [`${scheme} ${token}`, token]) {
      const { status, body, headers } = await climb(value);
      expect({ status, body }).toEqual({ status: 401, body: error });
      expect(headers.get("www-authenticate")).toBeTruthy();
    }
  });

  it("lets a token pass that expired within ten seconds, or becomes valid in as many, and no other", async () => {
    const lived = (exp: number) => forge({ iat: now() - 300, exp: now() + exp });
    expect((await climb(`JWT ${lived(-5)}`)).status).toBe(200);
    const expired = await climb(`JWT ${lived(-12)}`);
    expect(expired.body).toMatchObject({ error: "Invalid token", description: "Signature has expired" });
    expect((await climb(`JWT ${forge({ nbf: now() + 5 })}`)).status).toBe(200);
    expect((await climb(`JWT ${forge({ nbf: now() + 20 })}`)).status).toBe(401);
  });

  it("knows whom a token is for, and refuses one for nobody", async () => {
    for (const sub of ["2", "0", "01", "1 ", "sherpa", ...NAMES_OF_OBJECTS]) {
      const { status, body } = await climb(`JWT ${forge({ sub })}`);
      expect({ status, body }).toEqual({
        status: 401,
        body: { error: "Invalid JWT", description: "User does not exist", status_code: 401 },
      });
    }
  });

  it("refuses a refresh token, one without an end, and one under another secret", async () => {
    const other = forgeToken({ claims: { sub: "1", type: "access" }, key: newSecret() });
    for (const token of [forge({ type: "refresh" }), forge({ exp: undefined }), other])
      expect((await climb(`JWT ${token}`)).status).toBe(401);
  });

  it("says the same of a wrong name, a wrong password and none", async () => {
    const wrong = [
      { ...USER, username: "yeti" },
      { ...USER, password: "nope" },
      { ...USER, username: "SHERPA" },
      { ...USER, username: "sherpa\0" },
      { ...USER, password: "everest\0" },
      { username: "sherpa" },
      {},
      ...NAMES_OF_OBJECTS.map((username) => ({ ...USER, username })).filter(({ username }) => username !== "__proto__"),
    ];
    for (const body of wrong) {
      const answer = await example.post("/auth", body);
      expect([answer.status, answer.text]).toEqual([
        401,
        '{"description":"Invalid credentials","error":"Bad Request","status_code":401}',
      ]);
    }
  });

  it.each(NO_TEXTS.filter((value) => typeof value !== "string"))(
    "refuses %j as a name and as a password",
    async (value) => {
      const bodies = [
        { ...USER, username: value },
        { ...USER, password: value },
      ];
      expect(await statusesOf(bodies.map((body) => example.post("/auth", body)))).toEqual([400, 400]);
    },
  );

  // Fastify looks at no charset and at no coding of a body: these are empty objects.
  it.each(NO_BODIES.filter(({ body }) => body !== "{}"))("refuses a body that is $what", async ({ body, headers }) => {
    const answer = await example.post("/auth", body, headers);
    expect([400, 415]).toContain(answer.status);
    expect(answer.body).toEqual({
      error: expect.any(String),
      description: expect.any(String),
      status_code: answer.status,
    });
  });

  it("refuses a body of more than 16 KB, and members that an object has of itself", async () => {
    expect((await example.post("/auth", { ...USER, password: "x".repeat(17_000) })).status).toBe(413);
    const polluted = '{"__proto__":{"username":"sherpa","password":"everest"}}';
    expect((await example.post("/auth", polluted)).status).toBe(400);
  });

  it.each([
    ["__proto__", 200],
    ["%2e%2e", 200],
    ["%00", 200],
    ["%E0%A4%A", 400],
    ["%3Cscript%3E", 200],
    ["a".repeat(500), 414],
  ])("answers the mountain %s as JSON", async (name, expected) => {
    const { status, headers } = await climb(`JWT ${await logIn()}`, name);
    expect(status).toBe(expected);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
  });

  it("lets many log in at once", async () => {
    const statuses = await statusesOf(Array.from({ length: 20 }, () => example.post("/auth", USER)));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it("has its two functions, as the tutorial has: who logs in, and whose a token is", async () => {
    expect(await authenticate("sherpa", "everest")).toMatchObject({ id: 1, username: "sherpa" });
    expect(await authenticate("sherpa", "nope")).toBeUndefined();
    expect(await authenticate("yeti", "everest")).toBeUndefined();
    expect(identity({ sub: "1" })).toMatchObject({ username: "sherpa" });
    expect(identity({ sub: "2" })).toBeUndefined();
  });

  it("holds the hash of the password in its source, and not the password where it is compared", () => {
    const source = readFileSync(join(EXAMPLES, "mountain/security.mjs"), "utf8");
    expect(source).toContain('passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$');
    expect(source).not.toMatch(/password\s*===?/);
  });

  describeStart("mountain", "JWT_SECRET_KEY");
});
