import { requireToken } from "latchkey/fetch";
import { assertAccepted, assertRefused, forgeToken } from "latchkey/testing";
import { createVerifier, generateKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";

const key = generateKey({ alg: "HS256" });
const verifier = createVerifier({ profile: "jwt", keys: [key] });
const asking = (token?: string) =>
  new Request(
    "http://localhost/?jwt=none",
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );

describe("the options of a route", () => {
  it.each<[string, unknown, RegExp]>([
    ["optional", "yes", /optional must be true, false or "lenient"/],
    ["optional", 1, /optional/],
    ["optional", null, /optional/],
    ["fresh", "true", /fresh must be true, false or a number of seconds over 0/],
    ["fresh", "5", /fresh/],
    ["fresh", 0, /fresh/],
    ["fresh", -1, /fresh/],
    ["fresh", Number.NaN, /fresh/],
    ["fresh", null, /fresh/],
    ["type", "Access", /type must be one of access, refresh, any/],
    ["type", "", /type/],
    ["type", null, /type/],
    ["locations", [], /locations must be a list of header, cookie, query, json/],
    ["locations", "headers", /locations/],
    ["locations", ["header", "nowhere"], /locations/],
    ["locations", { header: true }, /locations/],
    ["locations", null, /locations/],
    ["roles", "admin", /roles must be a list of names/],
    ["roles", [], /roles must name a role at least/],
    ["roles", [""], /roles/],
    ["roles", [7], /roles/],
    ["roles", null, /roles/],
    ["scopes", "todos:read", /scopes must be a list of names/],
    ["scopes", [undefined], /scopes/],
    ["skipRevocation", "no", /skipRevocation must be true or false/],
    ["skipRevocation", null, /skipRevocation/],
    ["onRefused", "no", /onRefused must be a function/],
    ["onRefused", null, /onRefused/],
    ["role", ["admin"], /requireToken has no option "role"/],
  ])("%s may not be %j, and that is said before any request", (name, value, sentence) => {
    expect(() => requireToken(verifier, { [name]: value })).toThrow(TypeError);
    expect(() => requireToken(verifier, { [name]: value })).toThrow(sentence);
  });

  it.each([null, 7, "optional"])("are no %j", (options) => {
    expect(() => requireToken(verifier, options as never)).toThrow(/^requireToken takes an object of options/);
  });

  it("may be left out one by one, and all", async () => {
    const none = {
      optional: false,
      fresh: false,
      type: "access",
      scopes: [],
      skipRevocation: false,
    } as const;
    for (const options of [undefined, {}, none, { locations: "header" }, { locations: ["header"] }] as const) {
      const get = requireToken(verifier, options)(() => new Response());
      await assertAccepted(await get(asking(forgeToken({ key }))));
      await assertRefused(await get(asking()), { code: "token_required" });
    }
  });

  it("are those of the moment at which the route was made", async () => {
    const roles = ["admin"];
    const locations: ("header" | "query")[] = ["header"];
    const get = requireToken(verifier, { roles, locations })(() => new Response());
    roles[0] = "reader";
    locations[0] = "query";
    await assertAccepted(await get(asking(forgeToken({ key, claims: { roles: ["admin"] } }))));
    await assertRefused(await get(asking(forgeToken({ key, claims: { roles: ["reader"] } }))), { status: 403 });
  });

  it("optional lets nobody in without a token, and a bad one only where it says so", async () => {
    const count = { handled: 0 };
    const handler = () => {
      count.handled += 1;
      return new Response();
    };
    const [strict, lenient] = [true, "lenient" as const].map((optional) =>
      requireToken(verifier, { optional })(handler),
    );
    if (strict === undefined || lenient === undefined) throw new Error("There are two routes.");
    for (const get of [strict, lenient]) await assertAccepted(await get(asking()));
    const bad = forgeToken({ key, claims: { type: "refresh" } });
    await assertRefused(await strict(asking(bad)), { reason: "wrong_type" });
    await assertAccepted(await lenient(asking(bad)));
    expect(count.handled).toBe(3);
  });

  it("lenient still wants a role of whoever shows a good token", async () => {
    const get = requireToken(verifier, { optional: "lenient", roles: ["admin"] })(() => new Response());
    await assertRefused(await get(asking(forgeToken({ key }))), { status: 403, code: "insufficient_role" });
  });
});
