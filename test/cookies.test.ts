import { randomBytes } from "node:crypto";
import { requireToken } from "latchkey/fetch";
import { JwtManager } from "latchkey/manager";
import { assertAccepted, assertRefused } from "latchkey/testing";
import { describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

const secret = randomBytes(32).toString("base64url");

describe("the chapter on cookies", () => {
  itIsTrue("cookies");

  const jwt = new JwtManager({ secret, locations: ["cookie"], csrf: { origins: ["https://app.example.com"] } });
  const post = requireToken(jwt)(() => new Response());

  it.each<[string, Record<string, string>, boolean]>([
    ["of a client that is no browser", {}, true],
    ["of the same origin", { "sec-fetch-site": "same-origin" }, true],
    ["typed by the user", { "sec-fetch-site": "none" }, true],
    ["of another host of the same site", { "sec-fetch-site": "same-site" }, false],
    ["of another site", { "sec-fetch-site": "cross-site" }, false],
    ["of an older browser, from its own origin", { origin: "http://api.example.com" }, true],
    ["of an older browser, from another origin", { origin: "https://evil.example.com" }, false],
    ["of a page without an origin", { origin: "null" }, false],
    ["of a listed origin", { origin: "https://app.example.com", "sec-fetch-site": "same-site" }, true],
  ])("is right about a request %s", async (_what, headers, isTaken) => {
    const token = await jwt.createAccessToken("42");
    const request = new Request("http://api.example.com/todos", {
      method: "POST",
      headers: {
        host: "api.example.com",
        cookie: `access_token_cookie=${token}`,
        "x-csrf-token": jwt.csrfToken(token),
        ...headers,
      },
    });
    const response = await post(request);
    if (isTaken) await assertAccepted(response);
    else await assertRefused(response, { status: 403, code: "csrf", reason: "cross_site" });
  });

  it("is right about a manager without a second cookie", async () => {
    const alone = new JwtManager({ secret, csrf: { inCookies: false } });
    const token = await alone.createAccessToken("42");
    expect(alone.setAccessCookies(token)).toHaveLength(1);
    expect(alone.csrfToken(token)).toMatch(/^[\w-]{20,}$/);
  });
});
