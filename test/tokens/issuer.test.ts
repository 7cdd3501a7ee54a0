import { createIssuer, generateKey, type IssuerOptions } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { millisecondsOf } from "../../dist/tokens/uuid-v7.js";
import { ALGORITHMS, AUDIENCE, ISSUER, keyOf, NOW, SECONDS, verifierOf, WRONG_USE } from "./by-hand.js";

const key = keyOf("ES256");
const options: IssuerOptions = { issuer: ISSUER, audience: AUDIENCE, clientId: "web", keys: [key], now: () => NOW };
const issuer = createIssuer(options);
const verifier = verifierOf(key);

function decoded(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = "", claims = ""] = token.split(".");
  const read = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString());
  return { header: read(header), claims: read(claims) };
}

describe("an issuer", () => {
  it.each(ALGORITHMS)("with a key of %s mints what a verifier with that key accepts", (alg) => {
    const own = createIssuer({ ...options, keys: [keyOf(alg)] });
    const token = own.mint({ sub: "42", roles: ["editor"] });
    expect(verifierOf(keyOf(alg)).verifySync(token)).toMatchObject({ sub: "42", roles: ["editor"] });
  });

  it("writes the claims and the header of RFC 9068, in ten minutes' life", () => {
    const { header, claims } = decoded(issuer.mint({ sub: "42", sid: "s", scope: "read" }));
    expect(header).toEqual({ alg: "ES256", typ: "at+jwt", kid: key.kid });
    const { jti, ...rest } = claims;
    expect(rest).toEqual({
      iss: ISSUER,
      sub: "42",
      aud: AUDIENCE,
      client_id: "web",
      iat: SECONDS,
      exp: SECONDS + 600,
      sid: "s",
      scope: "read",
    });
    expect(millisecondsOf(String(jti))).toBe(NOW);
  });

  it("gives every token a jti of its own", () => {
    const seen = new Set(Array.from({ length: 200 }, () => decoded(issuer.mint({ sub: "42" })).claims.jti));
    expect(seen.size).toBe(200);
  });

  it("writes whole seconds, rounded down, whatever the clock says", () => {
    for (const [now, iat] of [
      [NOW + 999, SECONDS],
      [NOW + 999.9, SECONDS],
      [NOW - 1, SECONDS - 1],
    ] as const) {
      const { claims } = decoded(createIssuer({ ...options, now: () => now }).mint({ sub: "42" }));
      expect(claims.iat).toBe(iat);
      expect(millisecondsOf(String(claims.jti))).toBe(Math.floor(now));
    }
  });

  it("takes audience and life of one token from its options", () => {
    const { claims } = decoded(issuer.mint({ sub: "42" }, { audience: ["a", "b"], accessSeconds: 60 }));
    expect(claims).toMatchObject({ aud: ["a", "b"], exp: SECONDS + 60 });
    expect(decoded(createIssuer({ ...options, accessSeconds: 30 }).mint({ sub: "42" })).claims.exp).toBe(SECONDS + 30);
  });

  it("lets claims replace what it would write", () => {
    expect(decoded(issuer.mint({ sub: "42", jti: "mine", client_id: "cli" })).claims).toMatchObject({
      jti: "mine",
      client_id: "cli",
    });
  });

  it("signs with the first of its keys", () => {
    expect(decoded(createIssuer({ ...options, keys: [keyOf("EdDSA"), key] }).mint({ sub: "42" })).header).toMatchObject(
      { alg: "EdDSA", kid: keyOf("EdDSA").kid },
    );
  });

  it("of the profile jwt mints plain tokens, of a type where one is given", () => {
    const plain = createIssuer({ profile: "jwt", keys: [key], now: () => NOW });
    const { header, claims } = decoded(plain.mint({ sub: "42" }));
    expect(header.typ).toBe("JWT");
    expect(Object.keys(claims).sort()).toEqual(["exp", "iat", "jti", "sub"]);
    const typed = createIssuer({ profile: "jwt", type: "id+jwt", keys: [key], now: () => NOW });
    expect(decoded(typed.mint({ sub: "42" })).header.typ).toBe("id+jwt");
  });
});

describe("an issuer is not made", () => {
  it.each<[string, Record<string, unknown>]>([
    ["without an issuer", { issuer: undefined }],
    ["without an audience", { audience: undefined }],
    ["without a client", { clientId: undefined }],
    ["without keys", { keys: [] }],
    ["of a public key", { keys: [key.kind === "private" ? key.public : key] }],
    ["of a KeyObject", { keys: [key.handle] }],
    ["of an unknown profile", { profile: "jws" }],
    ["of a type in rfc9068", { type: "JWT" }],
    ["of undefined keys", { keys: [undefined] }],
    ["of one key outside of a list", { keys: key }],
    ["with a life of nothing", { accessSeconds: 0 }],
    ["with a life below nothing", { accessSeconds: -1 }],
    ["with a life of NaN", { accessSeconds: Number.NaN }],
    ["with a life of text", { accessSeconds: "600" }],
    ["with a life of over a day", { accessSeconds: 86_401 }],
    ["with an option that nobody reads", { audiences: [AUDIENCE] }],
  ])("%s", (_name, changes) => {
    expect(() => createIssuer({ ...options, ...changes } as IssuerOptions)).toThrow(WRONG_USE);
  });
});

describe("an issuer does not mint what its own verifier would refuse", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  it.each<[string, Record<string, unknown>, Record<string, unknown>?]>([
    ["without sub", { sub: undefined }],
    ["an empty sub", { sub: "" }],
    ["a sub that is a number", { sub: 42 }],
    ["an exp of text", { exp: "1" }],
    ["no exp", { exp: undefined }],
    ["a life of over a day", { exp: SECONDS + 86_401 }],
    ["a life of over a day, by option", {}, { accessSeconds: 86_401 }],
    ["a life of nothing", {}, { accessSeconds: 0 }],
    ["a life below nothing", {}, { accessSeconds: -5 }],
    ["an infinite life", {}, { accessSeconds: Number.POSITIVE_INFINITY }],
    ["a life of NaN", {}, { accessSeconds: Number.NaN }],
    ["a life of text", {}, { accessSeconds: "600" }],
    ["an exp before iat", { exp: SECONDS - 1 }],
    ["roles that are one text", { roles: "admin" }],
    ["no audience", { aud: [] }],
    ["an empty audience", { aud: "" }],
    ["an audience of numbers", { aud: [1] }],
    ["no audience, by option", {}, { audience: [] }],
    ["an empty audience, by option", {}, { audience: "" }],
    ["more than 8192 characters", { filler: "x".repeat(8000) }],
    ["17 levels", { deep: deep(16) }],
    ["a lone surrogate", { name: "\ud800" }],
    ["a lone surrogate in a name", { "\ud800": 1 }],
    ["__proto__", JSON.parse('{"__proto__":{"admin":true}}')],
    ["a bigint", { number: 1n }],
    ["NaN", { number: Number.NaN }],
    ["an infinite number", { number: Number.POSITIVE_INFINITY }],
    ["NaN in a list in an object", { list: [1, { numbers: [1, Number.NaN] }] }],
    ["a lone surrogate in a list", { list: ["x", "\ud800"] }],
    ["17 levels of lists", { list: JSON.parse(`${"[".repeat(16)}${"]".repeat(16)}`) }],
    ["an nbf of text", { nbf: "soon" }],
    ["an nbf as late as exp", { nbf: SECONDS + 600 }],
    ["claims that write themselves", { toJSON: () => ({ sub: "root" }) }],
    ["an option that nobody reads", {}, { leeway: 5 }],
    ["options that are null", {}, null as never],
    ["options that are a text", {}, "todo-api" as never],
    ["options that are a number", {}, 60 as never],
  ])("%s", (_name, claims, own) => {
    expect(() => issuer.mint({ sub: "42", ...claims } as never, own as never)).toThrow(WRONG_USE);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ iss: "" }, "iss must be a string that is not empty"],
    [{ sub: 5 }, "sub must be a string that is not empty"],
    [{ jti: "" }, "jti must be a string that is not empty"],
    [{ client_id: [] }, "client_id must be a string that is not empty"],
    [{ sid: "" }, "sid must be a string that is not empty"],
    [{ exp: "1" }, "exp must be a number of seconds since 1970"],
    [{ iat: "1" }, "iat must be a number of seconds since 1970"],
    [{ nbf: -1 }, "nbf must be a number of seconds since 1970"],
    [{ auth_time: 253_402_300_800 }, "auth_time must be a number of seconds since 1970"],
    [{ amr: "pwd" }, "amr must be a list of strings"],
    [{ roles: [5] }, "roles must be a list of strings"],
    [{ scope: 5 }, "scope must be a string"],
    [{ exp: undefined }, "exp is missing"],
    [{ nbf: SECONDS + 600 }, "nbf must be before exp"],
  ])("and says of %j that %s", (claims, sentence) => {
    expect(() => issuer.mint({ sub: "42", ...claims } as never)).toThrow(`The claim ${sentence}.`);
  });

  it("and says which option it does not know, and whose", () => {
    const mint = () => issuer.mint({ sub: "42" }, { leeway: 5 } as never);
    expect(mint).toThrow('mint has no option "leeway". The options are audience, accessSeconds, header.');
    expect(() => createIssuer({ ...options, audiences: [] } as never)).toThrow(
      /^createIssuer has no option "audiences"/,
    );
  });

  it("and says that a key is missing where there is none", () => {
    for (const keys of [[], [undefined], undefined, key]) {
      expect(() => createIssuer({ ...options, keys } as never)).toThrow(
        "An issuer needs a list with a key to sign with.",
      );
    }
  });

  it("mints a token of 8192 characters, and none of more", () => {
    const bytesOf = (token: string) => Buffer.from(token.split(".")[1] ?? "", "base64url").length;
    const own = createIssuer({ ...options, keys: [generateKey({ alg: "ES256" })] });
    // Of 8192 characters 110 are the header, 86 the signature and two the dots; the rest spells 5995 bytes.
    const filler = "x".repeat(5995 - bytesOf(own.mint({ sub: "42", filler: "" })));
    expect(own.mint({ sub: "42", filler })).toHaveLength(8192);
    expect(() => own.mint({ sub: "42", filler: `${filler}x` })).toThrow("longer than 8192 characters");
  });

  it("though 16 levels, 8192 characters and a day are fine, and an nbf until the last second", () => {
    expect(createIssuer({ ...options, accessSeconds: 86_400 }).mint({ sub: "42" })).toMatch(/^ey/);
    expect(decoded(issuer.mint({ sub: "42", nbf: SECONDS + 599 })).claims.nbf).toBe(SECONDS + 599);
    expect(decoded(issuer.mint({ sub: "42", toJSON: "a text" })).claims.toJSON).toBe("a text");
    expect(verifier.verifySync(issuer.mint({ sub: "42", deep: deep(15) })).sub).toBe("42");
    const written = { nothing: null, list: [null, 1, "x", true, [], {}], lists: [[[[[[[[[[[[[[]]]]]]]]]]]]]] };
    expect(verifier.verifySync(issuer.mint({ sub: "42", ...written }))).toMatchObject(written);
    expect(verifier.verifySync(issuer.mint({ sub: "42" }, { accessSeconds: 86_400 })).sub).toBe("42");
    const room = issuer.mint({ sub: "42", filler: "" }).length;
    expect(
      verifier.verifySync(issuer.mint({ sub: "42", filler: "x".repeat(Math.floor(((8192 - room) * 3) / 4) - 2) })).sub,
    ).toBe("42");
  });
});
