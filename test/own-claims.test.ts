import { randomBytes } from "node:crypto";
import { JwtManager } from "latchkey/manager";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { itIsTrue } from "./chapter.js";

const secret = randomBytes(32).toString("base64url");

describe("the chapter on own claims", () => {
  itIsTrue("own-claims");

  it("is right about types, and about what the schema makes of a claim", async () => {
    const claims = z.object({ seats: z.coerce.number().default(1), plan: z.enum(["free", "team"]) });
    const jwt = new JwtManager({ secret, claims });
    const found = await jwt.verify(await jwt.createAccessToken("42", { claims: { plan: "team", seats: "4" } }));
    expectTypeOf(found.plan).toEqualTypeOf<"free" | "team">();
    expectTypeOf(found.seats).toEqualTypeOf<number>();
    expect([found.plan, found.seats, found.sub]).toEqual(["team", 4, "42"]);
  });

  it("is right about a token of more than 1 KB: one warning", async () => {
    const warnings: string[] = [];
    const jwt = new JwtManager({ secret, warn: (message) => void warnings.push(message) });
    for (const _ of [1, 2]) await jwt.createAccessToken("42", { claims: { note: "x".repeat(1000) } });
    expect(warnings).toHaveLength(1);
  });
});
