import { beforeEach, describe, expect, it } from "vitest";
import { bearer, type OpenAuth, openAuth, PASSWORD, type Tokens } from "./open-auth.js";

const NEW = "nine grey herons at dusk";

let door: OpenAuth;
let ada: Tokens;
beforeEach(async () => {
  door = await openAuth();
  ada = await door.signUp("ada");
});

const change = (body: unknown, headers: Record<string, string> = bearer(ada.token)) =>
  door.call("/me/password", {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const logIn = async (password: string) => (await door.post("/token", { username: "ada", password })).status;

describe("PUT /me/password", () => {
  it("changes the password: 204, this session goes on", async () => {
    const { status, text } = await change({ current_password: PASSWORD, new_password: NEW });
    expect([status, text]).toEqual([204, ""]);
    expect((await door.me(ada.token)).status).toBe(200);
    expect((await door.refresh(ada.refresh_token)).status).toBe(200);
    expect(await logIn(PASSWORD)).toBe(401);
    expect(await logIn(NEW)).toBe(200);
  });

  it("ends every other session", async () => {
    const other = await door.logIn("ada");
    await change({ current_password: PASSWORD, new_password: NEW });
    expect((await door.me(other.token)).body.reason).toBe("revoked");
    expect((await door.refresh(other.refresh_token)).body.code).toBe("invalid_grant");
  });

  it.each<[string, unknown, number, string]>([
    [
      "a new one of the username",
      { current_password: PASSWORD, new_password: "adaADA ada" },
      400,
      "password_too_common",
    ],
    ["a wrong present password", { current_password: "x", new_password: NEW }, 401, "invalid_credentials"],
    ["an empty present password", { current_password: "", new_password: NEW }, 401, "invalid_credentials"],
    ["a short new one", { current_password: PASSWORD, new_password: "x" }, 400, "password_too_short"],
    ["a common new one", { current_password: PASSWORD, new_password: "password1" }, 400, "password_too_common"],
    ["a new one without end", { current_password: PASSWORD, new_password: "x".repeat(7000) }, 400, "invalid_request"],
    ["no present password", { new_password: NEW }, 400, "invalid_request"],
    ["no new password", { current_password: PASSWORD }, 400, "invalid_request"],
    ["a number", { current_password: PASSWORD, new_password: 12_345_678 }, 400, "invalid_request"],
    ["null", { current_password: PASSWORD, new_password: null }, 400, "invalid_request"],
    ["a list", [PASSWORD, NEW], 400, "invalid_request"],
    ["another name", { password: PASSWORD, new_password: NEW }, 400, "invalid_request"],
    [
      "somebody to change it for",
      { current_password: PASSWORD, new_password: NEW, user_id: "x" },
      400,
      "invalid_request",
    ],
    ["no JSON", "{", 400, "invalid_request"],
    ["nothing", "", 400, "invalid_request"],
    ["too much", " ".repeat(70_000), 413, "too_large"],
  ])("refuses %s, and nothing changes", async (_what, body, status, code) => {
    const answer = await change(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.text).not.toContain(PASSWORD);
    expect(await logIn(PASSWORD)).toBe(200);
    expect((await door.me(ada.token)).status).toBe(200);
  });

  it("names the present password where that is wrong", async () => {
    const { body } = await change({ current_password: "x", new_password: NEW });
    const message = "The present password is wrong.";
    expect(body).toMatchObject({ title: message, errors: [{ field: "current_password", message }] });
  });

  it("refuses a form", async () => {
    const form = { ...bearer(ada.token), "content-type": "application/x-www-form-urlencoded" };
    expect((await change(`current_password=${PASSWORD}&new_password=${NEW}`, form)).status).toBe(415);
  });

  it("asks for the token before it looks at the body", async () => {
    for (const body of ["{", { current_password: PASSWORD, new_password: NEW }, " ".repeat(70_000)]) {
      const { status, body: problem } = await change(body, {});
      expect([status, problem.code]).toEqual([401, "token_required"]);
    }
    await door.logOut(bearer(ada.token));
    expect((await change({ current_password: PASSWORD, new_password: NEW })).body.reason).toBe("revoked");
    expect(await logIn(PASSWORD)).toBe(200);
  });

  it("takes one of several changes at once", async () => {
    const wanted = Array.from({ length: 4 }, (_, index) => `${NEW} ${index}`);
    const answers = await Promise.all(
      wanted.map((new_password) => change({ current_password: PASSWORD, new_password })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.every((status) => status === 204 || status === 401)).toBe(true);
    expect(await logIn(wanted[statuses.indexOf(204)] ?? "")).toBe(200);
  });
});
