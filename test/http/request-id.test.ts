import { describe, expect, it } from "vitest";
import { newDatabase, openAuth, PASSWORD, sql } from "./open-auth.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const door = await openAuth();

describe("X-Request-Id", () => {
  it("is on every answer, and no two have the same", async () => {
    const answers = [
      await door.get("/health/live"),
      await door.get("/health/live"),
      await door.get("/.well-known/jwks.json", { "if-none-match": "*" }),
      await door.get("/me"),
      await door.get("/nothing"),
      await door.get(`/${"a".repeat(5000)}`),
      await door.call("/me", { method: "PUT" }),
      await door.call("/me", { method: "OPTIONS" }),
      await door.call("/health/live", { method: "HEAD" }),
      await door.post("/signup", { username: "ada", password: PASSWORD }),
      await door.logOut(),
    ];
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    for (const id of ids) expect(id).toMatch(UUID);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(["x-request-id", "x-correlation-id", "request-id", "traceparent"])(
    "is never what a client says in %s",
    async (name) => {
      const said = "01a1ffde-4e64-4c6c-a340-1bd7e11e97e7";
      const { headers } = await door.get("/health/live", { [name]: said });
      expect(headers.get("x-request-id")).toMatch(UUID);
      expect([...headers].flat()).not.toContain(said);
    },
  );

  it("is the id in the body and in the log where the server failed", async () => {
    const database = newDatabase();
    const broken = await openAuth({ database });
    const { token } = await broken.signUp("ada");
    await sql(database, "update users set roles = 'no JSON at all'");
    const { status, headers, body } = await broken.me(token);
    const id = headers.get("x-request-id");
    expect([status, body.request_id]).toEqual([500, id]);
    expect(broken.events.filter(({ event }) => event === "request.failed").map(({ request }) => request)).toEqual([id]);
    const again = await broken.me(token);
    expect(again.headers.get("x-request-id")).not.toBe(id);
  });
});
