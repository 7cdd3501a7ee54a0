import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../../dist/http/routes.js";
import { complaintsOf, validatorAt } from "./check-answer.js";
import { bearer, ORIGIN, openAuth } from "./open-auth.js";

interface Example {
  readonly at: string;
  readonly value: unknown;
}

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly example: unknown } } };
  readonly responses: Json;
}

const door = await openAuth();

let document: Json & { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
beforeAll(async () => {
  document = (await door.get("/openapi.json")).body as typeof document;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
const escaped = (name: string) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));

/** Every media type of the document with its pointer, and the examples that stand at it. */
function examplesIn(part: unknown, pointer: string): readonly Example[] {
  if (typeof part !== "object" || part === null) return [];
  const { schema, example, examples = {} } = part as Json & { examples?: Record<string, { value: unknown }> };
  const at = `${pointer}/schema`;
  const own = [
    ...(example === undefined ? [] : [{ at, value: example }]),
    ...(schema === undefined ? [] : Object.values(examples).map(({ value }) => ({ at, value }))),
  ];
  const inside = Object.entries(part).filter(([name]) => name !== "schema" && name !== "example");
  return [...own, ...inside.flatMap(([name, value]) => examplesIn(value, `${pointer}/${escaped(name)}`))];
}

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as Record<string, unknown>);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  it("would not be where something is missing", async () => {
    const { info: _info, ...broken } = structuredClone(document) as Record<string, unknown>;
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it("has every route of the table and nothing else", () => {
    const told = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(told.toSorted()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted());
    expect(told).toHaveLength(14);
  });

  it("gives every operation a name of its own, a sentence and its security", () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+[A-Za-z]+$/);
    for (const { operation, path } of operations()) {
      expect(operation).toMatchObject({ summary: expect.stringMatching(/^[A-Z].{5,}/), security: expect.any(Array) });
      const [security] = [(operation as unknown as { security: Json[] }).security];
      if (path.startsWith("/me")) expect(security).toEqual([{ bearer: [] }]);
      else expect(security.filter((each) => "bearer" in each && Object.keys(each).length > 1)).toEqual([]);
    }
  });

  it("says where the server is, by its URL alone, and no version of any software", async () => {
    expect(document.servers).toEqual([{ url: ORIGIN }]);
    expect(document.info).toMatchObject({ title: "Latchkey", version: "1" });
    const mounted = await openAuth({ url: "https://example.com/auth/v1" });
    const { body } = await mounted.get("/auth/v1/openapi.json", { host: "evil.example.com" });
    expect(body.servers).toEqual([{ url: "https://example.com/auth/v1" }]);
    expect(Object.keys(body.paths as object)).toEqual(Object.keys(document.paths));
  });

  it("has no part that nothing points to, and points to none that is missing", () => {
    const text = JSON.stringify(document);
    const pointed = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name]) => name));
    const { securitySchemes, headers, ...components } = document.components as Record<string, object>;
    const there = Object.entries({ ...components, headers }).flatMap(([kind, parts]) =>
      Object.keys(parts ?? {}).map((name) => `${kind}/${name}`),
    );
    for (const name of pointed) expect(there).toContain(name);
    // These two are sent with some answers of a kind only, and stand there in full.
    const unneeded = there.filter((name) => !pointed.has(name));
    expect(unneeded).toEqual(["headers/Set-Cookie"]);
    expect(Object.keys(securitySchemes ?? {})).toEqual(["bearer", "cookie"]);
  });
});

describe("the examples", () => {
  it("are at every body and every refusal, and each is valid by its schema", () => {
    const examples = examplesIn(document, "#");
    expect(examples.length).toBeGreaterThan(30);
    const wrong = examples.filter(({ at, value }) => !validatorAt(at)(value)).map(({ at }) => at);
    expect(wrong).toEqual([]);
    for (const { operation } of operations()) {
      if (operation.requestBody) expect(operation.requestBody.content["application/json"].example).toBeDefined();
    }
  });

  it("would be found where one is not valid", () => {
    const validate = validatorAt("#/components/schemas/SignUp");
    expect(validate({ username: "ada" })).toBe(false);
    expect(validate({ username: "ada", password: "x", admin: true })).toBe(false);
    expect(validatorAt("#/components/schemas/Me")({ id: "x", username: 1 })).toBe(false);
  });

  it("are true: a client that sends them goes from sign-up to log-out", async () => {
    const fresh = await openAuth();
    const bodyOf = (path: string, method: string) =>
      document.paths[path]?.[method]?.requestBody?.content["application/json"].example as Record<string, string>;
    const signedUp = await fresh.post("/signup", bodyOf("/signup", "post"));
    expect(signedUp.status).toBe(201);
    const loggedIn = await fresh.post("/token", bodyOf("/token", "post"));
    expect(loggedIn.status).toBe(200);
    const authorization = bearer(loggedIn.body.token as string);
    const changed = await fresh.call("/me/password", {
      method: "PUT",
      headers: { "content-type": "application/json", ...authorization },
      body: JSON.stringify(bodyOf("/me/password", "put")),
    });
    expect(changed.status).toBe(204);
    const { refresh_token } = loggedIn.body;
    const refreshed = await fresh.post("/token/refresh", { ...bodyOf("/token/refresh", "post"), refresh_token });
    expect(refreshed.status).toBe(200);
    const me = await fresh.get("/me", bearer(refreshed.body.token as string));
    expect(me.body).toMatchObject({ username: "ada", email: "ada@example.com" });
    // As they stand there, the tokens are of nobody.
    expect((await fresh.post("/token/refresh", bodyOf("/token/refresh", "post"))).body.code).toBe("invalid_grant");
    expect((await fresh.logOut({}, bodyOf("/token", "delete"))).status).toBe(204);
  });
});

describe("the check that every answer of these tests goes through", () => {
  const asked = { method: "GET", path: "/health/live" };
  const right = async () => {
    const { status, headers, text } = await door.get("/health/live");
    return { status, headers: new Headers(headers), text };
  };

  it("lets a right one pass", async () => {
    expect(complaintsOf(asked, await right())).toEqual([]);
  });

  it.each<[string, (answer: Awaited<ReturnType<typeof right>>) => object, RegExp]>([
    ["another status", () => ({ status: 201 }), /Declared are/],
    ["a member too many", () => ({ text: '{"status":"live","version":"1.2.3"}' }), /additional/],
    ["a member too few", () => ({ text: "{}" }), /required/],
    ["a wrong member", () => ({ text: '{"status":"dead"}' }), /allowed values/],
    ["no request id", ({ headers }) => ({ headers: without(headers, "x-request-id") }), /x-request-id is missing/],
    ["a false request id", ({ headers }) => ({ headers: having(headers, "x-request-id", "1") }), /x-request-id is 1/],
    ["no Cache-Control", ({ headers }) => ({ headers: without(headers, "cache-control") }), /cache-control is missing/],
    ["no Vary", ({ headers }) => ({ headers: without(headers, "vary") }), /vary/],
    ["a header too many", ({ headers }) => ({ headers: having(headers, "server", "x") }), /server is not declared/],
    ["a cookie", ({ headers }) => ({ headers: having(headers, "set-cookie", "a=b") }), /set-cookie is not declared/],
    ["another type", ({ headers }) => ({ headers: having(headers, "content-type", "text/html") }), /content type/],
  ])("complains of %s", async (_what, change, complaint) => {
    const answer = await right();
    expect(complaintsOf(asked, { ...answer, ...change(answer) }).join()).toMatch(complaint);
  });

  it("complains of a refusal whose code the route does not declare", async () => {
    const { status, headers, text } = await door.get("/me");
    expect(complaintsOf({ method: "GET", path: "/me" }, { status, headers, text })).toEqual([]);
    const other = text.replace("token_required", "invalid_grant");
    expect(complaintsOf({ method: "GET", path: "/me" }, { status, headers, text: other }).join()).toMatch(/allowed/);
    expect(complaintsOf({ method: "GET", path: "/health/live" }, { status, headers, text })).not.toEqual([]);
  });
});

function without(headers: Headers, name: string): Headers {
  const fewer = new Headers(headers);
  fewer.delete(name);
  return fewer;
}

function having(headers: Headers, name: string, value: string): Headers {
  const more = new Headers(headers);
  more.set(name, value);
  return more;
}
