import { type AuthOptions, createAuth } from "latchkey";
import { describe, expect, it } from "vitest";

const GOOD: AuthOptions = { database: ":memory:", url: "http://localhost:4000" };

describe("createAuth refuses", () => {
  it.each([
    ["no options", null, "createAuth"],
    ["an option that it does not have", { ...GOOD, origin: "https://app.example.com" }, "origin"],
    ["no database", { ...GOOD, database: "" }, "LATCHKEY_DATABASE"],
    [
      "the url of a database that it does not know",
      { ...GOOD, database: "mysql://localhost/auth" },
      "LATCHKEY_DATABASE",
    ],
    ["no url", { ...GOOD, url: undefined }, "LATCHKEY_URL"],
    ["a secret that is none", { ...GOOD, secret: "secret" }, "LATCHKEY_SECRET"],
    ["a text where audiences are a list", { ...GOOD, audiences: "https://todo.example.com" }, "LATCHKEY_AUDIENCES"],
    ["an audience without a name", { ...GOOD, audiences: [""] }, "LATCHKEY_AUDIENCES"],
    ["an audience that is no text", { ...GOOD, audiences: [1] }, "LATCHKEY_AUDIENCES"],
    ["a text where origins are a list", { ...GOOD, origins: "https://app.example.com" }, "LATCHKEY_ORIGINS"],
    ["a symmetric algorithm", { ...GOOD, algorithm: "HS256" }, "LATCHKEY_ALGORITHM"],
    ["an algorithm that there is not", { ...GOOD, algorithm: "ES257" }, "LATCHKEY_ALGORITHM"],
    ["a life of no length", { ...GOOD, accessSeconds: 0 }, "accessSeconds"],
    ["a life of more than a day", { ...GOOD, accessSeconds: 86_401 }, "accessSeconds"],
    ["half a second", { ...GOOD, idleSeconds: 0.5 }, "idleSeconds"],
    ["a text where a duration is a number", { ...GOOD, absoluteSeconds: "600" }, "absoluteSeconds"],
    ["a grace that is negative", { ...GOOD, graceSeconds: -1 }, "graceSeconds"],
  ])("%s, and names it", async (_what, options, named) => {
    const refused = expect(createAuth(options as AuthOptions)).rejects;
    await refused.toThrow(TypeError);
    await refused.toThrow(named);
  });
});
