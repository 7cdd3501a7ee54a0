import { randomBytes } from "node:crypto";
import { JwtManager } from "latchkey/manager";
import { forgeToken } from "latchkey/testing";
import { createVerifier, importKey } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { itIsTrue } from "./chapter.js";

const [secret, oldSecret] = [0, 1].map(() => randomBytes(32).toString("base64url")) as [string, string];

describe("the chapter on Flask", () => {
  itIsTrue("from-flask");

  it("is right about identities that are numbers: refused when they are minted, read where one says so", async () => {
    const strict = new JwtManager({ secret });
    await expect(strict.createAccessToken(42 as never)).rejects.toThrow(/String\(/);
    const token = forgeToken({ key: secret, claims: { sub: 42 } });
    await expect(strict.verify(token)).rejects.toMatchObject({ reason: "claim_invalid" });
    const lenient = new JwtManager({ secret, stringSubject: false });
    expect((await lenient.verify(token)).sub).toBe("42");
  });

  it("is right about tokens of Flask-JWT over the bridge", async () => {
    const old = createVerifier({ profile: "flask-jwt", keys: [importKey(oldSecret, { alg: "HS256" })] });
    const jwt = new JwtManager({ secret, bridge: [{ verifier: old, until: new Date(Date.now() + 60_000) }] });
    const now = Math.floor(Date.now() / 1000);
    const token = forgeToken({ key: oldSecret, claims: { sub: undefined, identity: 7, nbf: now } });
    expect((await jwt.verify(token)).sub).toBe("7");
    await expect(new JwtManager({ secret }).verify(token)).rejects.toMatchObject({ reason: "bad_signature" });
  });
});
