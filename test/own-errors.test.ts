import { randomBytes } from "node:crypto";
import { requireToken } from "latchkey/fetch";
import { JwtManager } from "latchkey/manager";
import { describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

const secret = randomBytes(32).toString("base64url");
const REQUEST = new Request("http://localhost/");

describe("the chapter on own errors", () => {
  itIsTrue("own-errors");

  it("is right about the challenge of a 401, whoever words it", async () => {
    const jwt = new JwtManager({ secret, refusals: { unauthorized: () => ({ body: "no" }) } });
    const response = await requireToken(jwt)(() => new Response())(REQUEST);
    expect([response.status, await response.text()]).toEqual([401, '"no"']);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("is right about a loader that throws: that is no refusal", async () => {
    const jwt = new JwtManager({
      secret,
      refusals: {
        unauthorized: () => {
          throw new RangeError("ours");
        },
      },
    });
    await expect(requireToken(jwt)(() => new Response())(REQUEST)).rejects.toThrow(RangeError);
  });
});
