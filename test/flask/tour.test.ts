import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Comparable, comparable } from "./comparable.js";
import { asOurCookies, type Difference, type Differences } from "./difference.js";
import { KIND_DIFFERENCES, OVERRIDDEN_DIFFERENCES, REQUEST_DIFFERENCES } from "./differences.js";
import { hasFlask } from "./flask-packages.js";
import { createForge, type Forge, OVERRIDDEN } from "./forge.js";
import { cookieAsks, headerAsks, loginAsks, overriddenAsks, placesAsks, queryAndJsonAsks } from "./requests.js";
import { AFTER_LOGOUT, type Ask, type Asks, GUARDED } from "./routes.js";
import { type Settings, startOriginal, startOurs, type Tour } from "./start-tour.js";
import { KINDS, type Kinds, OVERRIDDEN_KINDS } from "./tokens.js";

const secret = randomBytes(32).toString("hex");

/** Both applications, with the same settings. */
interface Pair {
  original: Tour;
  ours: Tour;
}

function startPair(settings: Settings = {}): Pair {
  const pair = {} as Pair;
  beforeAll(async () => {
    const all = { JWT_SECRET_KEY: secret, ...settings };
    [pair.original, pair.ours] = await Promise.all([startOriginal(all), startOurs(all)]);
  });
  afterAll(() => Promise.all([pair.original?.stop(), pair.ours?.stop()]));
  return pair;
}

/** Asks both, one after the other, and gives what ours says and what it should. */
async function compare({ original, ours }: Pair, route: string, ask: Ask, difference?: Difference) {
  const [theirs, said] = [await original.ask(ask.path, ask), await ours.ask(ask.path, ask)];
  const wanted = asOurCookies(comparable(theirs));
  if (said.status === 401) expect(said.headers.get("www-authenticate"), route).toBeTruthy();
  return { theirs: wanted, said: comparable(said), wanted: difference?.ours(wanted, route) ?? wanted };
}

const isOld = ({ greeting }: Tour) => greeting.startsWith("Flask-JWT-Extended 4.4");

/** A difference that is none any more would hide the next one. */
function requireDifferent(pair: Pair, difference: Difference | undefined, isEqual: boolean): void {
  if (difference === undefined || (difference.since47 === true && !isOld(pair.original))) return;
  expect(isEqual, "it is listed as a difference, and is none").toBe(false);
}

function itAnswersAsks(
  pair: Pair,
  names: readonly string[],
  make: (forge: Forge) => Asks,
  differences: Differences,
  extra = {},
) {
  it.each(names)("%s", async (name) => {
    const ask = make(createForge(secret, extra))[name] as Ask;
    const difference = differences[name];
    const { said, wanted, theirs } = await compare(pair, `${ask.method} ${ask.path}`, ask, difference);
    expect(said).toEqual(wanted);
    requireDifferent(pair, difference, same(wanted, theirs));
  });
}

function itAnswersKinds(pair: Pair, kinds: Kinds, scheme: string, differences: Differences, extra = {}) {
  it.each(Object.keys(kinds))("%s", async (kind) => {
    const token = kinds[kind]?.(createForge(secret, extra));
    const difference = differences[kind];
    const table: Record<"said" | "wanted" | "theirs", Record<string, Comparable>> = {
      said: {},
      wanted: {},
      theirs: {},
    };
    for (const [when, routes] of [
      ["", GUARDED],
      [" after log-out", AFTER_LOGOUT],
    ] as const) {
      for (const route of routes) {
        const [method = "", path = ""] = route.split(" ");
        const ask = { method, path, headers: { authorization: `${scheme} ${token}` } };
        const compared = await compare(pair, route, ask, difference);
        for (const column of ["said", "wanted", "theirs"] as const) table[column][route + when] = compared[column];
      }
    }
    expect(table.said).toEqual(table.wanted);
    requireDifferent(pair, difference, same(table.wanted, table.theirs));
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const NO_SECRET = createForge("");
const namesOf = (make: (forge: Forge) => Asks) => Object.keys(make(NO_SECRET));

describe.skipIf(!hasFlask())("the tour answers as Flask-JWT-Extended does", () => {
  describe("without any setting", () => {
    const pair = startPair();
    for (const [title, make] of Object.entries({
      headers: headerAsks,
      cookies: cookieAsks,
      "queries and JSON": queryAndJsonAsks,
      places: placesAsks,
      "log-ins": loginAsks,
    })) {
      describe(title, () => itAnswersAsks(pair, namesOf(make), make, REQUEST_DIFFERENCES));
    }
    describe("a token on every route:", () => itAnswersKinds(pair, KINDS, "Bearer", KIND_DIFFERENCES));
  });

  describe("with OVERRIDES=1", () => {
    const pair = startPair({ OVERRIDES: "1" });
    describe("requests", () =>
      itAnswersAsks(pair, namesOf(overriddenAsks), overriddenAsks, OVERRIDDEN_DIFFERENCES, OVERRIDDEN));
    describe("a token on every route:", () =>
      itAnswersKinds(pair, OVERRIDDEN_KINDS, "JWT", OVERRIDDEN_DIFFERENCES, OVERRIDDEN));
  });

  it("lists no difference of a request that nobody makes", () => {
    const made = [headerAsks, cookieAsks, queryAndJsonAsks, placesAsks, loginAsks].flatMap(namesOf);
    expect(Object.keys(REQUEST_DIFFERENCES).filter((name) => !made.includes(name))).toEqual([]);
    expect(Object.keys(KIND_DIFFERENCES).filter((kind) => !(kind in KINDS))).toEqual([]);
    const overridden = [...namesOf(overriddenAsks), ...Object.keys(OVERRIDDEN_KINDS)];
    expect(Object.keys(OVERRIDDEN_DIFFERENCES).filter((name) => !overridden.includes(name))).toEqual([]);
  });
});
