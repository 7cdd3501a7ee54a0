import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExample, type Tour } from "../flask/start-tour.js";
import { createRecipes } from "./recipes.js";

/** A request that was sent to the original, and what a port of it must answer. `why` says what was wrong with the original's answer, where that is another one. */
interface Case {
  readonly id: number;
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
  readonly expect: {
    readonly status: number | readonly number[];
    readonly json?: unknown;
    readonly keys?: readonly string[];
  };
}

const ORIGINALS = [
  { name: "4geeks", setting: "JWT_SECRET_KEY" },
  { name: "cybermooc", setting: "SECRET_KEY" },
  { name: "mountain", setting: "JWT_SECRET_KEY" },
] as const;

function casesOf(name: string): readonly Case[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), "utf8"));
}

/** The headers by their names, where one may stand twice. */
function headersOf(pairs: Case["headers"], fill: (text: string) => string): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of pairs) headers[name] = [...(headers[name] ?? []), fill(value)];
  return headers;
}

describe.each(ORIGINALS)("the example $name answers what the original answered, or better:", ({ name, setting }) => {
  const secret = randomBytes(32).toString("hex");
  let port: Tour;
  let good = "";

  beforeAll(async () => {
    port = await startExample(name, { [setting]: secret });
  });
  afterAll(() => port?.stop());

  // In their order: the token of "good login" is what later ones are made of.
  it.each(casesOf(name))("$id $title", async ({ title, method, path, headers, body, expect: expected }) => {
    const recipes = good === "" ? {} : createRecipes(good, secret);
    const fill = (text: string) => text.replace(/<([a-zA-Z0-9-]+)>/g, (whole, kind) => recipes[kind]?.() ?? whole);
    const answer = await port.ask(fill(path), {
      method,
      headers: headersOf(headers, fill),
      ...(body !== null && { body: fill(body) }),
    });
    expect([expected.status].flat()).toContain(answer.status);
    if (answer.status === 401 && method !== "POST") expect(answer.headers.get("www-authenticate")).toBeTruthy();
    if (title === "good login") good = String(answer.body.token ?? answer.body.access_token);
    if (method === "HEAD" || method === "OPTIONS") return;
    if (expected.json !== undefined) expect(answer.body).toEqual(expected.json);
    for (const key of expected.keys ?? []) expect(answer.body).toHaveProperty(key);
  });
});
