import { createIssuer, createVerifier } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { millisecondsOf } from "../../dist/tokens/uuid-v7.js";
import { keyOf, NOW, SECONDS } from "./by-hand.js";

const key = keyOf("HS256");
const now = () => NOW;

describe("flask-jwt-extended", () => {
  it("mints the claims that are given, iat, exp and jti, and names no key", () => {
    const issuer = createIssuer({ profile: "flask-jwt-extended", keys: [key], now });
    const token = issuer.mint({ sub: "42", type: "access", fresh: true }, { header: { tenant: "a" } });
    const { header, claims, profile } = createVerifier({ profile: "flask-jwt-extended", keys: [key], now }).inspectSync(
      token,
    );
    expect(header).toEqual({ alg: "HS256", typ: "JWT", tenant: "a" });
    expect(profile).toBe("flask-jwt-extended");
    const { jti, ...rest } = claims;
    expect(rest).toEqual({ sub: "42", type: "access", fresh: true, iat: SECONDS, exp: SECONDS + 900 });
    expect(millisecondsOf(String(jti))).toBe(NOW);
  });
});
