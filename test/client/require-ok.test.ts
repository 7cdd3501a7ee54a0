import { type AuthError, isAuthError, requireOk } from "latchkey/client";
import { describe, expect, it } from "vitest";
import { addUser, open } from "./open-client.js";

const problem = (status: number, body: unknown, headers: HeadersInit = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/problem+json", ...headers } });
const page = (status: number) => new Response("<!doctype html><title>nginx</title>", { status });

async function refusalOf(response: Response): Promise<AuthError> {
  const thrown: unknown = await requireOk(response).then(
    () => undefined,
    (error) => error,
  );
  if (!isAuthError(thrown)) throw new Error(`No AuthError: ${thrown}`);
  return thrown;
}

describe("requireOk", () => {
  it.each([200, 201, 204, 299])("hands on a %d as it is", async (status) => {
    const response = new Response(null, { status });
    expect(await requireOk(response)).toBe(response);
  });

  it.each<[string, Response, Partial<AuthError>]>([
    [
      "a code and a sentence",
      problem(401, { title: "No.", code: "invalid_credentials" }),
      { code: "invalid_credentials", message: "No." },
    ],
    ["a reason", problem(401, { title: "No.", code: "invalid_token", reason: "expired" }), { reason: "expired" }],
    [
      "fields",
      problem(400, { title: "No.", code: "invalid_request", errors: [{ field: "username", message: "Too short." }] }),
      { fields: [{ field: "username", message: "Too short." }] },
    ],
    [
      "a time to wait",
      problem(429, { title: "No.", code: "rate_limited" }, { "retry-after": "90" }),
      { retryAfter: 90 },
    ],
    [
      "a time longer than a timer can wait",
      problem(503, { title: "No.", code: "unavailable" }, { "retry-after": "9999999" }),
      { retryAfter: 86_400 },
    ],
    [
      "a time without an end",
      problem(429, { title: "No.", code: "rate_limited" }, { "retry-after": "Infinity" }),
      { retryAfter: 86_400 },
    ],
    [
      "a date to wait for",
      problem(429, { title: "No.", code: "rate_limited" }, { "retry-after": "Fri, 01 Jan 2027 00:00:00 GMT" }),
      { code: "rate_limited" },
    ],
    [
      "a code that is not known",
      problem(402, { title: "Pay.", code: "payment_required" }),
      { code: "payment_required" as "internal", message: "Pay." },
    ],
    ["a code without a sentence", problem(409, { code: "username_taken" }), { message: "The username is taken." }],
    ["a code that is no text", problem(400, { title: "No.", code: 7 }), { code: "invalid_request" }],
    ["a sentence alone", problem(503, { title: "Down." }), { code: "unavailable", message: "Down.", retryAfter: 1 }],
    [
      "fields that are no list",
      problem(400, { title: "No.", code: "invalid_request", errors: "all" }),
      { code: "invalid_request" },
    ],
    ["null", problem(400, null), { code: "invalid_request" }],
    ["a list", problem(500, ["x"]), { code: "unavailable", retryAfter: 1 }],
    ["a page of a proxy, 400", page(400), { code: "invalid_request" }],
    ["a page of a proxy, 403", page(403), { code: "invalid_request" }],
    ["a page of a proxy, 429", page(429), { code: "rate_limited" }],
    ["a page of a proxy, 502", page(502), { code: "unavailable", retryAfter: 1 }],
    ["nothing", new Response(null, { status: 504 }), { code: "unavailable", retryAfter: 1 }],
    ["a redirection", new Response(null, { status: 304 }), { code: "invalid_request" }],
  ])("throws what an answer tells by %s", async (_what, response, expected) => {
    const refusal = await refusalOf(response);
    expect(refusal).toMatchObject(expected);
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal.message).not.toBe("");
    for (const field of refusal.fields ?? [])
      expect(field).toEqual({ field: expect.any(String), message: expect.any(String) });
    if (expected.retryAfter === undefined) expect(refusal.retryAfter).toBeUndefined();
  });

  it("tells what the server says of a log-in, as the methods of a client do", async () => {
    const { credentials } = await addUser();
    const { client, network } = open();
    const wrong = { username: credentials.username, password: "not the password" };
    for (let tries = 0; ; tries += 1) {
      const error: unknown = await client.logIn(wrong).catch((thrown: unknown) => thrown);
      if (!isAuthError(error)) throw error;
      if (error.code === "rate_limited") {
        expect(error.retryAfter).toBeGreaterThan(0);
        break;
      }
      expect(error.code).toBe("invalid_credentials");
      expect(tries).toBeLessThan(30);
    }
    expect(network.lines.at(-1)).toBe("POST /token 429");
  });
});
