import { AuthError, requireOk } from "latchkey/client";
import { openTestAuth, type TestAuth } from "latchkey/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OF_FIELDS, type Refusal, refusalOf } from "../../console/src/refusal.js";
import { english } from "../../console/src/texts/english.js";
import { spanish } from "../../console/src/texts/spanish.js";

const EN = { locale: "en", texts: english };
const ES = { locale: "es", texts: spanish };
const PASSWORD = "seven wild geese at dawn";

let test: TestAuth;

beforeEach(async () => {
  test = await openTestAuth();
});

afterEach(() => test.close());

/** What a sign-up is refused with. */
async function refusedWith(json: object): Promise<AuthError> {
  const response = await test.request("POST", "/signup", { json: { username: "grace", password: PASSWORD, ...json } });
  const error: unknown = await requireOk(response).catch((thrown: unknown) => thrown);
  if (!(error instanceof AuthError)) throw new Error("That was not refused.");
  return error;
}

const WRONG: readonly (readonly [object, string, keyof typeof english])[] = [
  [{ username: "ab" }, "username", "usernameLength"],
  [{ username: "a\u200bda" }, "username", "usernameInvisible"],
  [{ username: "a\u0301\u0301\u0301\u0301\u0301da" }, "username", "usernameAccents"],
  [{ username: "аdаlove" }, "username", "usernameMixed"],
  [{ username: "01a1ffde-4e64-7c6c-a340-1bd7e11e97e7" }, "username", "usernameId"],
  [{ email: "nobody" }, "email", "emailWrong"],
  [{ password: "short" }, "password", "passwordShort"],
  [{ password: "a".repeat(1025) }, "password", "passwordLong"],
  [{ password: "password1" }, "password", "passwordCommon"],
  [{ password: "grace-!?" }, "password", "passwordNames"],
];

describe("a refusal of the server's", () => {
  it.each(WRONG)("of %j is told at its field in the visitor's language", async (json, field, text) => {
    const error = await refusedWith(json);
    expect(refusalOf(error, EN)).toEqual({ fields: { [field]: english[text] }, seconds: 0 });
    expect(refusalOf(error, ES)).toEqual({ fields: { [field]: spanish[text] }, seconds: 0 });
  });

  it("of a taken name or address is told at its field", async () => {
    await test.request("POST", "/signup", { json: { username: "ada", email: "a@example.com", password: PASSWORD } });
    const name = refusalOf(await refusedWith({ username: "ADA" }), EN);
    expect(name).toEqual({ fields: { username: english.usernameTaken }, seconds: 0 });
    const email = refusalOf(await refusedWith({ email: "a@example.com" }), ES);
    expect(email).toEqual({ fields: { email: spanish.emailTaken }, seconds: 0 });
  });

  it("of the present password is told at its field", async () => {
    const { token } = await test.signUp("ada");
    const json = { current_password: "not this one", new_password: PASSWORD };
    const response = await test.request("PUT", "/me/password", { token, json });
    const error = await requireOk(response).catch((thrown: unknown) => thrown);
    expect(refusalOf(error, EN).fields).toEqual({ current_password: english.currentWrong });
  });

  it("that is new is told in its own words", () => {
    const fields = [{ field: "username", message: "Something that no page knows." }];
    const error = new AuthError("invalid_request", { fields });
    expect(refusalOf(error, ES).fields).toEqual({ username: "Something that no page knows." });
  });
});

describe("every sentence about a field", () => {
  it("is one that the server says", () => {
    const known = [...WRONG.map(([, , text]) => text), "currentWrong"];
    expect(Object.values(OF_FIELDS).sort()).toEqual(known.sort());
  });
});

describe("a refusal of the whole", () => {
  const plain = (alert: string): Refusal => ({ alert, fields: {}, seconds: 0, isRetyped: false });

  it.each([
    [new AuthError("account_disabled"), plain(english.disabled)],
    [new AuthError("csrf"), plain(english.wrongAddress)],
    [new AuthError("invalid_request"), plain(english.refused)],
    [new AuthError("internal"), plain(english.failed)],
    [new AuthError("unavailable", { retryAfter: 3 }), plain(english.busy)],
    [new AuthError("not_found"), plain(english.failed)],
    [new AuthError("invalid_credentials"), { ...plain(english.wrongCredentials), isRetyped: true }],
    [new AuthError("unavailable", { reason: "offline" }), { alert: english.offline, fields: {}, seconds: 0 }],
    [new TypeError("a fault of the page's"), { alert: english.failed, fields: {}, seconds: 0 }],
    ["no error at all", { alert: english.failed, fields: {}, seconds: 0 }],
  ])("%s", (error, refusal) => {
    expect(refusalOf(error, EN)).toEqual(refusal);
  });

  it("for too many attempts tells how long, and counts", () => {
    const error = new AuthError("rate_limited", { retryAfter: 90 });
    expect(refusalOf(error, EN)).toEqual({
      alert: "Too many attempts. You can try again in 90 seconds.",
      fields: {},
      seconds: 90,
    });
    expect(refusalOf(new AuthError("rate_limited"), ES).alert).toContain("1 segundo");
  });
});
