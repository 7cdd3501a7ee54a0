import { constants, createHmac, createPublicKey, type KeyObject, sign } from "node:crypto";
import { importKey, type Key, type TokenReason } from "latchkey/tokens";
import {
  ALGORITHMS,
  claimsOf,
  goodToken,
  headerOf,
  keyOf,
  pairOf,
  SECONDS,
  sealed,
  segment,
  signatureOf,
  tokenOf,
} from "./by-hand.js";

/** Some 800 hostile tokens a key, with the reason for which each is refused. Signed by the right key wherever the case is not the signature. */

export type Case = readonly [name: string, token: unknown, ...reasons: TokenReason[]];

/** JSON padded with spaces until the length of its base64url has stray bits in the last character. */
function padded(value: unknown, remainder: 1 | 2): string {
  let text = JSON.stringify(value);
  while (Buffer.byteLength(text) % 3 !== remainder) text += " ";
  return text;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Another spelling of the same bytes: one of the unused bits of the last character is set. */
function withStrayBit(text: string): string {
  return text.slice(0, -1) + ALPHABET[ALPHABET.indexOf(text.at(-1) ?? "") + 1];
}

/** The first A of a text becomes a character whose latin1 byte is that of an A. */
function withLookAlike(text: string): string {
  return text.includes("A")
    ? text.replace("A", "\u0141")
    : `${text.slice(0, -1)}${String.fromCharCode(0x100 + text.charCodeAt(text.length - 1))}`;
}

function structural(key: Key): Case[] {
  const good = goodToken(key);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const spaced = (padding: 1 | 2) =>
    [segment(padded(headerOf(key), padding)), segment(padded(claimsOf(), padding))] as const;
  const [header1, payload1] = spaced(1);
  const [header2, payload2] = spaced(2);
  const bare = sealed(header, payload, key).split(".");
  const canonicalTail = Buffer.from(signature, "base64url").length % 3 === 0;
  return [
    ["nothing", "", "wrong_segments"],
    ["one dot", ".", "wrong_segments"],
    ["two dots", "..", "not_json"],
    ["three dots", "...", "wrong_segments"],
    ["four dots, an empty JWE", "....", "encrypted"],
    ["eight thousand dots (CVE-2025-30204)", ".".repeat(8000), "wrong_segments"],
    ["a million dots", ".".repeat(1_000_000), "too_large"],
    ["a word", "token", "wrong_segments"],
    ["two segments", `${header}.${payload}`, "wrong_segments"],
    ["four segments", `${good}.${signature}`, "wrong_segments"],
    ["a dot behind", `${good}.`, "wrong_segments"],
    ["a dot in front", `.${good}`, "wrong_segments"],
    ["two dots between", `${header}..${payload}.${signature}`, "wrong_segments"],
    ["no header", `.${payload}.${signature}`, "not_json"],
    ["no payload", `${header}..${signature}`, "bad_signature"],
    ["no signature", `${header}.${payload}.`, "bad_signature"],
    [
      "five segments, like a JWE around an unsigned token (CVE-2026-29000)",
      `${header}.${payload}.${signature}.${payload}.${signature}`,
      "encrypted",
    ],
    [
      "a JWE of alg dir",
      `${segment({ alg: "dir", enc: "A256GCM", kid: key.kid })}..${segment("iv")}.${segment("text")}.${segment("tag")}`,
      "encrypted",
    ],
    [
      "a JWE that asks for 2^31 rounds of PBES2 (CVE-2022-36083)",
      `${segment({ alg: "PBES2-HS256+A128KW", enc: "A128GCM", p2c: 2_147_483_647, p2s: "AAAA" })}.AA.AA.AA.AA`,
      "encrypted",
    ],
    [
      "a JWE with a zip bomb (CVE-2024-28176)",
      `${segment({ alg: "dir", enc: "A256GCM", zip: "DEF" })}..AA.${"A".repeat(4000)}.AA`,
      "encrypted",
    ],
    [
      "the header of a JWE on three segments (CVE-2023-51774)",
      tokenOf({ alg: "dir", enc: "A256GCM", kid: key.kid }, claimsOf(), key),
      "algorithm_mismatch",
    ],
    ["the segments turned round", `${signature}.${payload}.${header}`, "not_json", "not_utf8"],
    ["header and payload exchanged", sealed(payload, header, key), "algorithm_missing"],
    ["the flattened JSON serialization", JSON.stringify({ protected: header, payload, signature }), "wrong_segments"],
    [
      "the general JSON serialization",
      JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
      "wrong_segments",
    ],
    [
      "a polyglot of JSON and compact form (CVE-2022-39227)",
      `{"${header}.${payload}.${signature}":""}`,
      "not_base64url",
    ],
    [
      "a polyglot whose other payload hides in JSON",
      ` {"${header}.${segment(claimsOf({ sub: "root" }))}.${signature}":"","protected":"${header}","payload":"${payload}","signature":"${signature}"}`,
      "not_base64url",
    ],
    ["quotes around it", `"${good}"`, "not_base64url"],
    ["the scheme in front", `Bearer ${good}`, "not_base64url"],
    ["dots as %2E", good.replaceAll(".", "%2E"), "wrong_segments"],
    ["dots that are full stops of another script", good.replaceAll(".", "\u3002"), "wrong_segments"],
    ["a byte order mark in front", `\ufeff${good}`, "not_base64url"],
    ["a zero-width space behind", `${good}\u200b`, "not_base64url"],
    ["a semicolon behind", `${good};`, "not_base64url"],
    ["a comma and a second token", `${good},${good}`, "encrypted"],
    ...[" ", "\n", "\r\n", "\t", "\0", "\v", "\u00a0", "=", "==", "+", "/", "*", "%", "~", "$"].flatMap(
      (junk): Case[] => [
        [`${JSON.stringify(junk)} in front`, junk + good, "not_base64url"],
        [`${JSON.stringify(junk)} behind`, good + junk, "not_base64url"],
        [
          `${JSON.stringify(junk)} within the header, signed`,
          sealed(`${header.slice(0, 8)}${junk}${header.slice(8)}`, payload, key),
          "not_base64url",
        ],
        [`${JSON.stringify(junk)} behind the payload, signed`, sealed(header, payload + junk, key), "not_base64url"],
        [
          `${JSON.stringify(junk)} within the signature (CVE-2022-25898)`,
          `${header}.${payload}.${signature.slice(0, 9)}${junk}${signature.slice(9)}`,
          "not_base64url",
        ],
      ],
    ),
    ["two stray bits in the header, signed", sealed(withStrayBit(header2), payload, key), "not_base64url"],
    ["four stray bits in the header, signed", sealed(withStrayBit(header1), payload, key), "not_base64url"],
    ["two stray bits in the payload, signed", sealed(header, withStrayBit(payload2), key), "not_base64url"],
    ["four stray bits in the payload, signed", sealed(header, withStrayBit(payload1), key), "not_base64url"],
    ...(canonicalTail
      ? []
      : [["stray bits in the signature", `${header}.${payload}.${withStrayBit(signature)}`, "not_base64url"] as const]),
    [
      "a header of a length that base64url never has, signed",
      sealed(`${segment(padded(headerOf(key), 1)).slice(0, -1)}`, payload, key),
      "not_base64url",
    ],
    [
      "a payload of a length that base64url never has, signed",
      sealed(header, `${payload1.slice(0, -1)}`, key),
      "not_base64url",
    ],
    ["one character more in the signature", `${good}A`, "not_base64url", "bad_signature"],
    [
      "a header in the alphabet of base64, signed",
      sealed(Buffer.from(padded(headerOf(key, { x: "~~~???" }), 1)).toString("base64"), payload, key),
      "not_base64url",
    ],
    [
      "a payload in the alphabet of base64, signed",
      sealed(header, Buffer.from(padded(claimsOf({ x: "\u{1F600}~~~???>>>" }), 1)).toString("base64"), key),
      "not_base64url",
    ],
    [
      "a header in hexadecimal",
      sealed(Buffer.from(JSON.stringify(headerOf(key))).toString("hex"), payload, key),
      "not_utf8",
      "not_json",
      "not_base64url",
    ],
    [
      "a letter of the header whose latin1 byte is right",
      `${withLookAlike(bare[0] ?? "")}.${bare[1]}.${bare[2]}`,
      "not_base64url",
    ],
    [
      "a letter of the payload whose latin1 byte is right",
      `${bare[0]}.${withLookAlike(bare[1] ?? "")}.${bare[2]}`,
      "not_base64url",
    ],
    [
      "a letter of the signature whose latin1 byte is right",
      `${bare[0]}.${bare[1]}.${withLookAlike(bare[2] ?? "")}`,
      "not_base64url",
    ],
    ["full-width letters", good.replaceAll("e", "\uff45"), "not_base64url"],
    ["a Cyrillic letter", good.replace("e", "\u0435"), "not_base64url"],
    ["a lone surrogate behind", `${good}\ud800`, "not_base64url"],
    ["8193 characters, signed", grown(key, 8193), "too_large"],
    ["a megabyte, signed", tokenOf(headerOf(key), claimsOf({ bomb: "x".repeat(1_000_000) }), key), "too_large"],
    ["ten megabytes of A", `${"A".repeat(5_000_000)}.${"A".repeat(5_000_000)}.AAAA`, "too_large"],
    ["no string but undefined", undefined, "not_a_string"],
    ["no string but null", null, "not_a_string"],
    ["no string but a number", 1, "not_a_string"],
    ["no string but true", true, "not_a_string"],
    ["no string but an array of the token", [good], "not_a_string"],
    ["no string but bytes", Buffer.from(good), "not_a_string"],
    ["no string but a String object", Object(good), "not_a_string"],
    ["no string but an object with toString", { toString: () => good, length: good.length }, "not_a_string"],
    ["no string but a symbol", Symbol("token"), "not_a_string"],
    ["no string but a bigint", 10n, "not_a_string"],
    ["no string but a function", () => good, "not_a_string"],
  ];
}

/** A token of exactly so many characters. */
function grown(key: Key, length: number): string {
  for (let filler = length - 1500; filler < length; filler++) {
    const token = goodToken(key, { filler: "x".repeat(Math.max(0, Math.floor(filler * 0.75))) });
    if (token.length >= length) return token;
  }
  throw new Error("unreachable");
}

const PROTOTYPE_NAMES = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "prototype",
  "0",
  "length",
];

function headers(key: Key): Case[] {
  const signed = (header: unknown): string => tokenOf(header, claimsOf(), key);
  const changed = (changes: Record<string, unknown>): string => signed(headerOf(key, changes));
  const without = (...names: string[]) =>
    signed(Object.fromEntries(Object.entries(headerOf(key)).filter(([name]) => !names.includes(name))));
  const unsigned = (alg: string) => `${segment(headerOf(key, { alg }))}.${segment(claimsOf())}.`;
  const text = JSON.stringify(headerOf(key));
  const others = ALGORITHMS.filter((name) => name !== key.alg);
  return [
    ...["none", "None", "NONE", "nOnE", "noNe", "none ", " none", "none\0", "nonе", "null", "undefined", ""].flatMap(
      (alg): Case[] => [
        [`alg ${JSON.stringify(alg)} and no signature (CVE-2026-28802)`, unsigned(alg), "algorithm_mismatch"],
        [`alg ${JSON.stringify(alg)} and a signature`, changed({ alg }), "algorithm_mismatch"],
      ],
    ),
    ["alg none and no third segment", unsigned("none").slice(0, -1), "wrong_segments"],
    ["alg none and no kid", `${segment({ alg: "none", typ: "at+jwt" })}.${segment(claimsOf())}.`, "key_id_missing"],
    ["no alg", without("alg"), "algorithm_missing"],
    ["no member at all", signed({}), "algorithm_missing"],
    ...[null, [], [key.alg], [[key.alg]], {}, { alg: key.alg }, 0, 1, true, false].map(
      (alg): Case => [`alg ${JSON.stringify(alg)}`, changed({ alg }), "claim_invalid"],
    ),
    ...PROTOTYPE_NAMES.map((alg): Case => [`alg ${alg}`, changed({ alg }), "algorithm_mismatch"]),
    ...[
      key.alg.toLowerCase() === key.alg ? "X" : key.alg.toLowerCase(),
      `${key.alg} `,
      ` ${key.alg}`,
      `${key.alg}\0`,
      `${key.alg},none`,
      "HS1",
      "RS1",
      "HS",
      "ES256K",
      "Ed448",
      "ES256 ",
      "A256KW",
      "A256GCMKW",
      "dir",
      "RSA1_5",
      "RSA-OAEP",
      "ECDH-ES",
      "PBES2-HS256+A128KW",
      "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    ].map((alg): Case => [`alg ${JSON.stringify(alg)} (CVE-2026-23993)`, changed({ alg }), "algorithm_mismatch"]),
    ...others.map(
      (alg): Case => [`alg ${alg}, signed by the right key (CVE-2026-48523)`, changed({ alg }), "algorithm_mismatch"],
    ),
    ...[
      [],
      ["exp"],
      ["alg"],
      ["kid"],
      ["b64"],
      ["b64", "b64"],
      ["http://example.com/UNDEFINED"],
      [""],
      [1],
      [null],
      [[]],
      "exp",
      "",
      null,
      {},
      { b64: true },
      0,
      1,
      true,
      false,
    ].map(
      (crit): Case => [
        `crit ${JSON.stringify(crit)} (CVE-2026-35042)`,
        changed({ crit, exp: SECONDS + 60 }),
        "critical_extension",
      ],
    ),
    [
      "crit written as crit with an escape",
      signed(text.replace("{", '{"\\u0063rit":["exp"],"exp":1,')),
      "critical_extension",
    ],
    ["b64 false", changed({ b64: false }), "critical_extension"],
    ["b64 true", changed({ b64: true }), "critical_extension"],
    ["b64 null", changed({ b64: null }), "critical_extension"],
    ["b64 false, named in crit (CVE-2026-48525)", changed({ b64: false, crit: ["b64"] }), "critical_extension"],
    ["b64 false and the payload as it is", rawPayload(key), "not_base64url", "wrong_segments", "critical_extension"],
    [
      "a detached payload",
      `${segment(headerOf(key))}..${signatureOf(`${segment(headerOf(key))}.${segment(claimsOf())}`, key.alg, key.handle).toString("base64url")}`,
      "bad_signature",
    ],
    ["no kid", without("kid"), "key_id_missing"],
    ...[1, 0, -1, 1.5, null, true, false, [], [key.kid], {}, { kid: key.kid }].map(
      (kid): Case => [`kid ${JSON.stringify(kid).slice(0, 20)} (CVE-2021-46743)`, changed({ kid }), "claim_invalid"],
    ),
    ...[
      "",
      " ",
      "../../../../dev/null",
      "/dev/null",
      "../keys/public.pem",
      "file:///etc/passwd",
      "https://evil.example/jwks.json",
      "' OR '1'='1",
      "x'; DROP TABLE keys; --",
      "$(id)",
      "`id`",
      "| id",
      "{{7*7}}",
      `${"%00"}${key.kid}`,
      `${key.kid}\0`,
      `${key.kid} `,
      ` ${key.kid}`,
      `${key.kid}=`,
      `${key.kid}.pem`,
      key.kid.slice(0, -1),
      key.kid.toUpperCase(),
      "x".repeat(257),
      "x".repeat(5000),
      "\ud83d\ude00",
      "\r\nSet-Cookie: a=b",
      ...PROTOTYPE_NAMES,
    ].map((kid): Case => [`kid ${JSON.stringify(kid).slice(0, 30)} (CVE-2021-41106)`, changed({ kid }), "key_unknown"]),
    ["no typ", without("typ"), "wrong_type"],
    ...[null, 0, true, [], ["at+jwt"], {}].map(
      (typ): Case => [`typ ${JSON.stringify(typ)}`, changed({ typ }), "claim_invalid"],
    ),
    ...[
      "",
      "JWT",
      "jwt",
      "application/jwt",
      "JOSE",
      "JWE",
      "rt+jwt",
      "refresh+jwt",
      "dpop+jwt",
      "logout+jwt",
      "secevent+jwt",
      "id+jwt",
      "at+jwt ",
      " at+jwt",
      "at +jwt",
      "at+jwt\0",
      "at+jwt;v=1",
      "text/at+jwt",
      "application/application/at+jwt",
      "application/",
      "/at+jwt",
      "at-jwt",
      "at+jwt/",
      "atjwt",
      "\uff41t+jwt",
    ].map((typ): Case => [`typ ${JSON.stringify(typ)}`, changed({ typ }), "wrong_type"]),
    ["a header that is no JSON", signed("header"), "not_json"],
    ["an empty header", signed(" "), "not_json"],
    ["a header that is an array", signed([headerOf(key)]), "not_an_object"],
    ...["null", '"text"', "1", "true"].map((json): Case => [`a header that is ${json}`, signed(json), "not_an_object"]),
    ["a header cut short", signed(text.slice(0, -1)), "not_json"],
    ["a header with more behind", signed(`${text}x`), "not_json"],
    ["two headers in a row", signed(text + text), "not_json"],
    ["a header with NUL behind", signed(`${text}\0`), "not_json"],
    ["a header with a trailing comma", signed(text.replace(/}$/, ",}")), "not_json"],
    ["a header in single quotes", signed(text.replaceAll('"', "'")), "not_json"],
    ["a header with a comment", signed(`/**/${text}`), "not_json"],
    ["a header with a byte order mark", signed(`\ufeff${text}`), "not_json"],
    ["a header with a raw newline in a string", signed(text.replace("{", '{"x":"\n",')), "not_json"],
    ["a header in UTF-16", tokenOf(Buffer.from(text, "utf16le"), claimsOf(), key), "not_json", "not_utf8"],
    [
      "a header with a broken UTF-8 sequence",
      tokenOf(
        Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc3]), Buffer.from(`",${text.slice(1)}`)]),
        claimsOf(),
        key,
      ),
      "not_utf8",
    ],
    ["a header with the number NaN", signed(text.replace("{", '{"x":NaN,')), "not_json"],
    ["a header with the number 1e400", signed(text.replace("{", '{"x":1e400,')), "unsafe_member"],
    ["a header with a lone surrogate", signed(text.replace("{", '{"x":"\\ud800",')), "unsafe_member"],
    ["a header with __proto__", signed(text.replace("{", '{"__proto__":{"admin":true},')), "unsafe_member"],
    [
      "alg hidden in __proto__",
      signed(`{"__proto__":{"alg":"${key.alg}"},"typ":"at+jwt","kid":${JSON.stringify(key.kid)}}`),
      "unsafe_member",
    ],
    ["alg twice, the same", signed(text.replace("{", `{"alg":"${key.alg}",`)), "duplicate_member"],
    ["alg twice, none first", signed(text.replace("{", '{"alg":"none",')), "duplicate_member"],
    ["alg twice, once with an escape", signed(text.replace("{", '{"\\u0061lg":"none",')), "duplicate_member"],
    ["kid twice", signed(text.replace("{", '{"kid":"x",')), "duplicate_member"],
    [
      "a member twice in a nested object of the header",
      signed(text.replace("{", '{"x":{"a":1,"a":1},')),
      "duplicate_member",
    ],
    ["a header 17 deep", signed(text.replace("{", `{"x":${"[".repeat(16)}${"]".repeat(16)},`)), "too_deep"],
    [
      "a header 3000 deep",
      signed(text.replace("{", `{"x":${"[".repeat(3000)}${"]".repeat(3000)},`)),
      "too_large",
      "too_deep",
    ],
    ["a header of brackets alone", signed("[".repeat(3000)), "too_deep"],
  ];
}

function rawPayload(key: Key): string {
  const header = segment(headerOf(key, { b64: false, crit: ["b64"] }));
  return sealed(header, "{payload}", key);
}

/** Members that carry or fetch a key never choose one. */
function carriedKeys(key: Key): Case[] {
  const attacker = pairOf("ec", { namedCurve: "P-256" });
  const jwk = { ...attacker.publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "evil" };
  const byAttacker = (changes: Record<string, unknown>) => {
    const header: Record<string, unknown> = { ...headerOf(key), alg: "ES256", ...changes };
    const input = `${segment(header)}.${segment(claimsOf({ sub: "root" }))}`;
    return `${input}.${signatureOf(input, "ES256", attacker.privateKey).toString("base64url")}`;
  };
  const mismatch: TokenReason = key.alg === "ES256" ? "bad_signature" : "algorithm_mismatch";
  const carriers: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
    ["jwk (CVE-2018-0114)", { jwk }],
    ["jku", { jku: "https://evil.example/jwks.json" }],
    ["jku of the issuer", { jku: "https://auth.example.com/.well-known/jwks.json" }],
    ["x5u", { x5u: "https://evil.example/cert.pem" }],
    ["x5c", { x5c: [attacker.publicKey.export({ format: "der", type: "spki" }).toString("base64")] }],
    ["x5t", { x5t: "dGVzdA", "x5t#S256": "dGVzdA" }],
    ["jwk as a file URL", { jku: "file:///etc/passwd", jwk }],
  ];
  return carriers.flatMap(([name, members]): Case[] => [
    [`the attacker's key in ${name}, under our kid`, byAttacker(members), mismatch],
    [`the attacker's key in ${name}, under its own kid`, byAttacker({ ...members, kid: "evil" }), "key_unknown"],
    [`the attacker's key in ${name}, under no kid`, byAttacker({ ...members, kid: undefined }), "key_id_missing"],
  ]);
}

function hmacToken(header: Record<string, unknown>, hash: string, secret: Uint8Array | string): string {
  const input = `${segment(header)}.${segment(claimsOf())}`;
  return `${input}.${createHmac(hash, secret).update(input).digest("base64url")}`;
}

/** Everything of a public key that an attacker could take for the secret of an HMAC. */
function publicTexts(key: KeyObject): ReadonlyArray<readonly [string, Uint8Array | string]> {
  const pem = key.export({ format: "pem", type: "spki" }) as string;
  const jwk = key.export({ format: "jwk" });
  const texts: Array<readonly [string, Uint8Array | string]> = [
    ["its PEM", pem],
    ["its PEM without the last newline", pem.trimEnd()],
    ["its PEM with a newline in front", `\n${pem}`],
    ["its PEM with CRLF", pem.replaceAll("\n", "\r\n")],
    ["its PEM in one line", pem.replaceAll("\n", "")],
    ["its DER", key.export({ format: "der", type: "spki" })],
    ["its DER in base64", key.export({ format: "der", type: "spki" }).toString("base64")],
    ["its JWK", JSON.stringify(jwk)],
    ["its JWK, indented", JSON.stringify(jwk, null, 2)],
    ["its JWK set", JSON.stringify({ keys: [jwk] })],
    ["an empty text", ""],
    ["a NUL", "\0"],
    ["the word undefined", "undefined"],
    ["the word null", "null"],
    ["[object Object]", "[object Object]"],
  ];
  for (const name of ["n", "x", "y"] as const) {
    const member = jwk[name];
    if (typeof member === "string")
      texts.push([`its member ${name}`, Buffer.from(member, "base64url")], [`its member ${name} as text`, member]);
  }
  if (key.asymmetricKeyType === "rsa") {
    texts.push(
      ["its PEM of PKCS#1", key.export({ format: "pem", type: "pkcs1" }) as string],
      ["its DER of PKCS#1", key.export({ format: "der", type: "pkcs1" })],
    );
  } else if (typeof jwk.y === "string") {
    texts.push([
      "its raw point",
      Buffer.concat([Buffer.from([4]), Buffer.from(jwk.x ?? "", "base64url"), Buffer.from(jwk.y, "base64url")]),
    ]);
  }
  return texts;
}

function confusion(key: Key): Case[] {
  if (key.kind === "secret") return confusionOfSecrets(key);
  const handle = key.kind === "private" ? key.public.handle : key.handle;
  return publicTexts(handle).flatMap(([name, secret]): Case[] => [
    ...(["HS256", "HS384", "HS512"] as const).map(
      (alg): Case => [
        `${alg} with ${name} as the secret (CVE-2015-9235)`,
        hmacToken(headerOf(key, { alg }), `sha${alg.slice(2)}`, secret),
        "algorithm_mismatch",
      ],
    ),
    [`the key's own alg and an HMAC with ${name}`, hmacToken(headerOf(key), "sha256", secret), "bad_signature"],
  ]);
}

function confusionOfSecrets(key: Key): Case[] {
  const secret = key.handle.export();
  const rsa = pairOf("rsa", { modulusLength: 2048 });
  const wrong: ReadonlyArray<readonly [string, Uint8Array | string]> = [
    ["an empty secret (CVE-2026-44351)", ""],
    ["a NUL", "\0"],
    ["the kid", key.kid],
    ["the secret cut by a byte", secret.subarray(0, -1)],
    ["the secret and another byte", Buffer.concat([secret, Buffer.from([1])])],
    ["the secret in base64url", secret.toString("base64url")],
    ["the secret in hexadecimal", secret.toString("hex")],
    ["its JWK", JSON.stringify(key.handle.export({ format: "jwk" }))],
    ["the word secret", "secret"],
    ["the word undefined", "undefined"],
  ];
  return [
    ...wrong.map(
      ([name, text]): Case => [`an HMAC with ${name}`, hmacToken(headerOf(key), "sha256", text), "bad_signature"],
    ),
    ["an HMAC over SHA-1 under the right alg", hmacToken(headerOf(key), "sha1", secret), "bad_signature"],
    ["an HMAC over SHA-384 under the right alg", hmacToken(headerOf(key), "sha384", secret), "bad_signature"],
    ["an HMAC over SHA-512, cut to length", cutHmac(key), "bad_signature"],
    [
      "a signature of RS256 under our kid",
      tokenOf(headerOf(key, { alg: "RS256" }), claimsOf(), importKey(rsa.privateKey, { alg: "RS256" })),
      "algorithm_mismatch",
    ],
    [
      "a signature of RS256 under the right alg",
      tokenOf(headerOf(key), claimsOf(), importKey(rsa.privateKey, { alg: "RS256" })),
      "bad_signature",
    ],
  ];
}

function cutHmac(key: Key): string {
  const input = `${segment(headerOf(key))}.${segment(claimsOf())}`;
  return `${input}.${createHmac("sha512", key.handle).update(input).digest().subarray(0, 32).toString("base64url")}`;
}

/** Tokens whose signature bytes are replaced. */
function signatures(key: Key): Case[] {
  const good = goodToken(key);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const bytes = Buffer.from(signature, "base64url");
  const put = (replacement: Uint8Array) => `${header}.${payload}.${Buffer.from(replacement).toString("base64url")}`;
  const { length } = bytes;
  const flipped = (at: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const same = keyOf(key.alg, "other");
  return [
    ...[
      0,
      1,
      2,
      8,
      31,
      32,
      33,
      63,
      64,
      65,
      70,
      127,
      128,
      255,
      256,
      257,
      512,
      length - 1,
      length,
      length + 1,
      length * 2,
      4000,
    ].flatMap((size): Case[] => [
      [`${size} bytes of zero as the signature`, put(Buffer.alloc(size)), "bad_signature"],
      [`${size} bytes of 255 as the signature`, put(Buffer.alloc(size, 0xff)), "bad_signature"],
    ]),
    ["the signature without its first byte", put(bytes.subarray(1)), "bad_signature"],
    ["the signature without its last byte", put(bytes.subarray(0, -1)), "bad_signature"],
    ["a zero in front of the signature", put(Buffer.concat([Buffer.alloc(1), bytes])), "bad_signature"],
    ["a zero behind the signature", put(Buffer.concat([bytes, Buffer.alloc(1)])), "bad_signature"],
    ["the signature twice", put(Buffer.concat([bytes, bytes])), "bad_signature"],
    ["the signature backwards", put(Buffer.from(bytes).reverse()), "bad_signature"],
    ["the signature as text", put(Buffer.from(signature)), "bad_signature"],
    ["the signature in hexadecimal", put(Buffer.from(bytes.toString("hex"))), "bad_signature"],
    ["the first bit of the signature flipped", put(flipped(0)), "bad_signature"],
    ["a bit in the middle of the signature flipped", put(flipped(length >> 1)), "bad_signature"],
    ["the last bit of the signature flipped", put(flipped(length - 1)), "bad_signature"],
    [
      "the signature of another token",
      `${header}.${payload}.${goodToken(key, { sub: "43" }).split(".")[2]}`,
      "bad_signature",
    ],
    ["another payload", `${header}.${segment(claimsOf({ sub: "root" }))}.${signature}`, "bad_signature"],
    ["another header", `${segment(headerOf(key, { x: 1 }))}.${payload}.${signature}`, "bad_signature"],
    [
      "a payload with a space more",
      `${header}.${segment(`${JSON.stringify(claimsOf())} `)}.${signature}`,
      "bad_signature",
    ],
    ["another key of the same algorithm under our kid", tokenOf(headerOf(key), claimsOf(), same), "bad_signature"],
    ["another key of the same algorithm under its own kid", goodToken(same), "key_unknown"],
    ["a signature over the payload alone", put(signatureOf(payload, key.alg, key.handle)), "bad_signature"],
    [
      "a signature over the decoded texts",
      put(signatureOf(`${JSON.stringify(headerOf(key))}.${JSON.stringify(claimsOf())}`, key.alg, key.handle)),
      "bad_signature",
    ],
    ["a signature over nothing", put(signatureOf("", key.alg, key.handle)), "bad_signature"],
    ...rsaSignatures(key, header, payload, put),
    ...ecSignatures(key, header, payload, bytes, put),
    ...edSignatures(key, bytes, put),
  ];
}

type Put = (replacement: Uint8Array) => string;

function rsaSignatures(key: Key, header: string, payload: string, put: Put): Case[] {
  if (key.handle.asymmetricKeyType !== "rsa") return [];
  const input = Buffer.from(`${header}.${payload}`);
  const pss = key.alg.startsWith("PS");
  const made = (hash: string, padding: number, saltLength?: number) =>
    put(sign(hash, input, { key: key.handle, padding, ...(saltLength !== undefined && { saltLength }) }));
  const modulus = Buffer.from(createPublicKey(key.handle).export({ format: "jwk" }).n ?? "", "base64url");
  const one = Buffer.alloc(modulus.length);
  one[modulus.length - 1] = 1;
  const other = pss ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING;
  const own = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return [
    [
      "the other padding of RSA under the right alg",
      made("sha256", other, other === constants.RSA_PKCS1_PSS_PADDING ? 32 : undefined),
      "bad_signature",
    ],
    ["SHA-1", made("sha1", own, pss ? 20 : undefined), "bad_signature"],
    ["SHA-384", made("sha384", own, pss ? 48 : undefined), "bad_signature"],
    ["SHA-512", made("sha512", own, pss ? 64 : undefined), "bad_signature"],
    ["the number 1 as the signature", put(one), "bad_signature"],
    ["the modulus as the signature", put(modulus), "bad_signature"],
    ...(pss
      ? [
          ["a salt of no bytes", made("sha256", own, 0), "bad_signature"] as const,
          [
            "a salt as long as it gets",
            made("sha256", own, constants.RSA_PSS_SALTLEN_MAX_SIGN),
            "bad_signature",
          ] as const,
          ["a salt of 20 bytes", made("sha256", own, 20), "bad_signature"] as const,
        ]
      : []),
  ];
}

const ORDERS: Readonly<Record<string, bigint>> = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ES512:
    0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

function ecSignatures(key: Key, header: string, payload: string, bytes: Buffer, put: Put): Case[] {
  const order = ORDERS[key.alg];
  if (order === undefined) return [];
  const size = bytes.length / 2;
  const number = (value: bigint) => Buffer.from(value.toString(16).padStart(size * 2, "0"), "hex");
  const pair = (r: bigint, s: bigint) => put(Buffer.concat([number(r), number(s)]));
  const r = BigInt(`0x${bytes.toString("hex", 0, size)}`);
  const s = BigInt(`0x${bytes.toString("hex", size)}`);
  const input = Buffer.from(`${header}.${payload}`);
  const hash = `sha${key.alg === "ES512" ? "512" : key.alg.slice(2)}`;
  const foreign = pairOf("ec", { namedCurve: key.alg === "ES384" ? "P-256" : "P-384" }).privateKey;
  const values: ReadonlyArray<readonly [string, bigint, bigint]> = [
    ["r = 0 and s = 0 (CVE-2022-21449)", 0n, 0n],
    ["r = 0", 0n, s],
    ["s = 0", r, 0n],
    ["r = n", order, s],
    ["s = n", r, order],
    ["r = n and s = n", order, order],
    ["r = 1 and s = 1", 1n, 1n],
    ["r = n - 1 and s = n - 1", order - 1n, order - 1n],
    ["r = n + 1 and s = 1", order + 1n, 1n],
    ["r and s exchanged", s, r],
    ["r negated", order - r, s],
  ];
  return [
    ...values.map(([name, first, second]): Case => [name, pair(first, second), "bad_signature"]),
    ["a signature in DER", put(sign(hash, input, { key: key.handle, dsaEncoding: "der" })), "bad_signature"],
    ["a key on another curve", put(sign(hash, input, { key: foreign, dsaEncoding: "ieee-p1363" })), "bad_signature"],
    [
      "another hash",
      put(sign(hash === "sha384" ? "sha256" : "sha384", input, { key: key.handle, dsaEncoding: "ieee-p1363" })),
      "bad_signature",
    ],
    [
      "coordinates a byte too long each",
      put(Buffer.concat([Buffer.alloc(1), bytes.subarray(0, size), Buffer.alloc(1), bytes.subarray(size)])),
      "bad_signature",
    ],
  ];
}

function edSignatures(key: Key, bytes: Buffer, put: Put): Case[] {
  if (key.alg !== "EdDSA") return [];
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const little = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`);
  const nothing = Buffer.alloc(32);
  const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
  return [
    ["S + L, the other spelling of S", put(Buffer.concat([bytes.subarray(0, 32), little(s + order)])), "bad_signature"],
    ["S = L", put(Buffer.concat([bytes.subarray(0, 32), little(order)])), "bad_signature"],
    ["S = 0", put(Buffer.concat([bytes.subarray(0, 32), nothing])), "bad_signature"],
    ["R the identity and S = 0", put(Buffer.concat([identity, nothing])), "bad_signature"],
    ["R of order 4 and S = 0", put(Buffer.alloc(64)), "bad_signature"],
    [
      "the sign of R changed",
      put(Buffer.concat([bytes.subarray(0, 31), Buffer.from([(bytes[31] ?? 0) ^ 0x80]), bytes.subarray(32)])),
      "bad_signature",
    ],
    ["R and S exchanged", put(Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)])), "bad_signature"],
  ];
}

const NO_TIMES: readonly unknown[] = [
  null,
  "",
  "0",
  String(SECONDS + 60),
  `${SECONDS + 60}abc`,
  "2027-01-01T00:00:00Z",
  "Infinity",
  "NaN",
  true,
  false,
  [],
  [SECONDS + 60],
  {},
  { valueOf: SECONDS + 60 },
  -1,
  -SECONDS,
  253_402_300_800,
  1e15,
  SECONDS * 1000,
  1e20,
  1e308,
];
const NO_TEXTS: readonly unknown[] = [null, "", 0, 42, -1, 1.5, true, false, [], ["42"], {}, { sub: "42" }];

function payloads(key: Key): Case[] {
  const signed = (payload: unknown): string => tokenOf(headerOf(key), payload, key);
  const changed = (changes: Record<string, unknown>): string => signed(claimsOf(changes));
  const text = JSON.stringify(claimsOf());
  const started = (member: string) => signed(text.replace("{", `{${member},`));
  const without = (name: string) => changed({ [name]: undefined });
  const inner = goodToken(key);
  return [
    ["a payload that is no JSON", signed("hello"), "not_json"],
    ["an empty payload, signed", signed(""), "not_json"],
    ["a payload of white space", signed("  \n"), "not_json"],
    ["a token within the token", signed(inner), "not_json"],
    ["a payload in single quotes", signed(text.replaceAll('"', "'")), "not_json"],
    ["a payload with a trailing comma", signed(text.replace(/}$/, ",}")), "not_json"],
    ["a payload with a comment", signed(`${text}//`), "not_json"],
    ["a payload and more", signed(`${text}{}`), "not_json"],
    ["a payload cut short", signed(text.slice(0, -1)), "not_json"],
    ["a payload with a string that never ends", signed(`${text.slice(0, -1)},"x":"`), "not_json"],
    ["a payload that ends in a backslash", signed(`${text.slice(0, -1)},"x":"\\`), "not_json"],
    ["a payload with NUL behind", signed(`${text}\0`), "not_json"],
    ["a payload with a byte order mark", signed(`\ufeff${text}`), "not_json"],
    [
      "a payload in UTF-16",
      tokenOf(headerOf(key), Buffer.from(`\ufeff${text}`, "utf16le"), key),
      "not_utf8",
      "not_json",
    ],
    ["a payload that is an array (fast-jwt 638)", signed([claimsOf()]), "not_an_object"],
    ["a payload that is an empty array", signed([]), "not_an_object"],
    ...["null", '"text"', "1", "true", "false", "-0"].map(
      (json): Case => [`a payload that is ${json}`, signed(json), "not_an_object"],
    ),
    ["a payload of no claims", signed({}), "claim_missing"],
    ...[[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xe2, 0x82], [0xfe, 0xff]].map(
      (bytes): Case => [
        `the bytes ${Buffer.from(bytes).toString("hex")} in the payload`,
        tokenOf(
          headerOf(key),
          Buffer.concat([Buffer.from(`${text.slice(0, -1)},"x":"`), Buffer.from(bytes), Buffer.from('"}')]),
          key,
        ),
        "not_utf8",
      ],
    ),
    ...[
      "NaN",
      "Infinity",
      "-Infinity",
      "undefined",
      "0x10",
      "01",
      "+1",
      "1.",
      ".5",
      "1e",
      "--1",
      "1_000",
      "'x'",
      "True",
    ].map((value): Case => [`a member ${value}`, started(`"x":${value}`), "not_json"]),
    ["a raw newline in a string", started('"x":"\n"'), "not_json"],
    ["an escape that is none", started('"x":"\\x41"'), "not_json"],
    ["a lone high surrogate", started('"x":"\\ud800"'), "unsafe_member"],
    ["a lone low surrogate", started('"x":"\\udc00 "'), "unsafe_member"],
    ["a lone surrogate in the name of a member", started('"\\ud800":1'), "unsafe_member"],
    ["a lone surrogate in a list", started('"x":["\\ud800"]'), "unsafe_member"],
    ["a lone surrogate in sub", changed({ sub: "42\ud800" }), "unsafe_member"],
    ["__proto__", started('"__proto__":{"admin":true}'), "unsafe_member"],
    ["__proto__ with an escape", started('"__pr\\u006fto__":{"admin":true}'), "unsafe_member"],
    ["__proto__ in a nested object", started('"x":{"y":[{"__proto__":{"polluted":true}}]}'), "unsafe_member"],
    ["__proto__ null", started('"__proto__":null'), "unsafe_member"],
    ["claims hidden in __proto__", signed(`{"__proto__":${text}}`), "unsafe_member"],
    ["claims hidden in constructor.prototype", signed(`{"constructor":{"prototype":${text}}}`), "claim_missing"],
    ...["1e400", "-1e400", "1e999999999"].flatMap((value): Case[] =>
      ["exp", "nbf", "iat", "x"].map(
        (name): Case => [
          `${name} ${value} (CVE-2026-44459)`,
          signed(text.replace(new RegExp(`"${name}":[^,}]+,?`), "").replace("{", `{"${name}":${value},`)),
          "unsafe_member",
        ],
      ),
    ),
    ["an infinite number in a nested list", started('"x":[[{"y":1e400}]]'), "unsafe_member"],
    ["exp twice", started(`"exp":${SECONDS + 60}`), "duplicate_member"],
    ["exp twice, once with an escape", started(`"\\u0065xp":${SECONDS + 60}`), "duplicate_member"],
    ["exp twice, in capitals of the escape", started('"ex\\u0070":1'), "duplicate_member"],
    ["sub twice, the same", started('"sub":"42"'), "duplicate_member"],
    ["sub twice, root first", started('"sub":"root"'), "duplicate_member"],
    ["an unknown member twice", started('"x":1,"x":1'), "duplicate_member"],
    ["a member twice in a nested object", started('"x":{"a":1,"a":2}'), "duplicate_member"],
    ["a member twice in an object in a list", started('"x":[1,{"a":1,"b":[],"a":2}]'), "duplicate_member"],
    ["the empty name twice", started('"":1,"":2'), "duplicate_member"],
    [
      "a member twice whose strings are full of quotes and colons",
      started('"x":"a\\":\\"b{[:","y":1,"y":"\\\\"'),
      "duplicate_member",
    ],
    ["a bad member hidden by a second of its name", started('"x":{"__proto__":1},"x":1'), "duplicate_member"],
    ["17 levels of lists", started(`"x":${"[".repeat(16)}${"]".repeat(16)}`), "too_deep"],
    ["17 levels of objects", started(`"x":${'{"a":'.repeat(16)}1${"}".repeat(16)}`), "too_deep"],
    ["5000 levels (CVE-2025-53864)", signed("[".repeat(5000)), "too_deep"],
    ["2500 levels, closed", started(`"x":${"[".repeat(2500)}${"]".repeat(2500)}`), "too_deep"],
    ["100,000 levels", signed(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), "too_large"],
    [
      "100,000 members",
      signed(Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`m${index}`, index]))),
      "too_large",
    ],
    ...NO_TIMES.flatMap((value): Case[] =>
      ["exp", "iat", "nbf", "auth_time"].map(
        (name): Case => [
          `${name} ${JSON.stringify(value)} (CVE-2026-25537)`,
          changed({ [name]: value }),
          "claim_invalid",
        ],
      ),
    ),
    ["exp 0", changed({ exp: 0 }), "expired"],
    ["exp -0", signed(text.replace(/"exp":\d+/, '"exp":-0')), "expired"],
    ["exp a second ago, beyond the leeway", changed({ exp: SECONDS - 6 }), "expired"],
    ["exp a day ago", changed({ exp: SECONDS - 86_400, iat: SECONDS - 90_000 }), "expired"],
    ["exp in a day and a second", changed({ exp: SECONDS + 86_401 }), "lifetime_too_long"],
    ["exp in ten years", changed({ exp: SECONDS + 315_360_000 }), "lifetime_too_long"],
    ["exp in the year 9999", changed({ exp: 253_402_300_799 }), "lifetime_too_long"],
    ["iat 0", changed({ iat: 0 }), "lifetime_too_long"],
    ["iat in the future", changed({ iat: SECONDS + 60 }), "issued_in_future"],
    ["iat beyond exp", changed({ iat: SECONDS + 4, exp: SECONDS + 3 }), "claim_invalid"],
    ["iat equal to exp", changed({ iat: SECONDS + 3, exp: SECONDS + 3 }), "claim_invalid"],
    ["nbf in the future", changed({ nbf: SECONDS + 60 }), "not_yet_valid"],
    ["nbf in ten years", changed({ nbf: SECONDS + 315_360_000 }), "not_yet_valid"],
    ...["iss", "sub", "aud", "exp", "iat", "client_id", "jti"].map(
      (name): Case => [`no ${name}`, without(name), "claim_missing"],
    ),
    ...NO_TEXTS.flatMap((value): Case[] =>
      ["iss", "sub", "jti", "client_id", "sid"].map(
        (name): Case => [`${name} ${JSON.stringify(value)}`, changed({ [name]: value }), "claim_invalid"],
      ),
    ),
    [
      "iss a list that holds the issuer (CVE-2025-30144)",
      changed({ iss: ["https://evil.example", "https://auth.example.com"] }),
      "claim_invalid",
    ],
    ...[
      "https://auth.example.co",
      "https://auth.example.com/",
      "https://auth.example.com.evil.example",
      "https://AUTH.example.com",
      "HTTPS://auth.example.com",
      "http://auth.example.com",
      "auth.example.com",
      "h",
      " https://auth.example.com",
      "https://auth.example.com ",
      "https://auth.example.com\0",
      "https://evil.example/https://auth.example.com",
      "https://auth.example.com:443",
      "https://auth.example.com?",
      "https://auth.example.com#",
      "https://аuth.example.com",
    ].map((iss): Case => [`iss ${JSON.stringify(iss)} (CVE-2024-53861)`, changed({ iss }), "wrong_issuer"]),
    ...[
      [],
      [1],
      [""],
      ["todo-api", 1],
      ["todo-api", ""],
      ["todo-api", null],
      [["todo-api"]],
      {},
      { 0: "todo-api" },
      { length: 1, 0: "todo-api" },
      null,
      1,
      true,
      "",
    ].map((aud): Case => [`aud ${JSON.stringify(aud)} (CVE-2020-26160)`, changed({ aud }), "claim_invalid"]),
    ...[
      "todo",
      "todo-api ",
      "TODO-API",
      "todo-api2",
      "*",
      ".*",
      "todo-api,other",
      "todo-api other",
      ["other"],
      ["todo", "api"],
      ["todo-api\0"],
    ].map((aud): Case => [`aud ${JSON.stringify(aud)}`, changed({ aud }), "wrong_audience"]),
    ...[[1], [null], "admin", {}, 1, null, [["admin"]]].flatMap((value): Case[] =>
      ["roles", "amr"].map(
        (name): Case => [`${name} ${JSON.stringify(value)}`, changed({ [name]: value }), "claim_invalid"],
      ),
    ),
    ...[1, null, ["read"], {}, true].map(
      (scope): Case => [`scope ${JSON.stringify(scope)}`, changed({ scope }), "claim_invalid"],
    ),
  ];
}

export function casesOf(key: Key): Case[] {
  return [
    ...structural(key),
    ...headers(key),
    ...carriedKeys(key),
    ...confusion(key),
    ...signatures(key),
    ...payloads(key),
  ];
}
