import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import fc from "fast-check";
import { isAuthError } from "latchkey";
import { TokenError } from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import type { ImportLine } from "../../dist/cli/import/import-line.js";
import { readCsv } from "../../dist/cli/import/read-csv.js";
import { readJsonLines } from "../../dist/cli/import/read-json-lines.js";
import { createHeaderReader } from "../../dist/guard/header-token.js";
import { USUAL_PLACES } from "../../dist/guard/places.js";
import { clientAddress, findCanonicalAddress, requireTrustedProxies } from "../../dist/http/client-address.js";
import { refreshCookieOf } from "../../dist/http/refresh-cookie.js";
import { networkOf } from "../../dist/limits/network-of.js";
import { LIMITS } from "../../dist/passwords/hash-limits.js";
import { readHash } from "../../dist/passwords/read-hash.js";
import { requireUsableHash } from "../../dist/passwords/require-usable-hash.js";
import { LONGEST_TOKEN, parseHeader, splitCompact } from "../../dist/tokens/compact.js";
import { deriveRefreshToken, isRefreshToken, readRefreshToken } from "../../dist/tokens/refresh-token.js";
import { parseStrictObject } from "../../dist/tokens/strict-json.js";
import { isLong } from "./how-long.js";

/**
 * What reads the texts of strangers, without a network between: only the documented errors come out, and what is read agrees with another
 * way to read it. A failure prints its seed; run it again with LATCHKEY_SEED=<seed>. Whole tokens: test/tokens/property.test.ts.
 */

const SEED = Number(process.env.LATCHKEY_SEED ?? randomInt(2 ** 31 - 1));
const RUNS = isLong ? 100_000 : 2000;
const parameters = (runs = RUNS) => ({ seed: SEED, numRuns: runs });
const LIMIT_MS = isLong ? 600_000 : 60_000;

/** What a parser makes of a text: its result, or the reason of its refusal. Every other error is thrown on. */
function outcomeOf<T>(read: () => T): { readonly value: T } | { readonly reason: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof TokenError) return { reason: error.reason };
    throw error;
  }
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ maxLength: 200 }),
  fc.constantFrom("", "\0", "\ud800", "__proto__", "\u2028", "\ufeff", "ł"),
);

/** A text with pieces of it taken out, doubled, replaced or put in elsewhere. */
function changed(text: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(),
    gone: fc.integer({ min: 0, max: 6 }),
    put: fc.oneof(fc.constantFrom(...pieces), anyText),
  });
  return fc.tuple(text, fc.array(edit, { maxLength: 3 })).map(([start, edits]) =>
    edits.reduce((now, { at, gone, put }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + put + now.slice(place + gone);
    }, start),
  );
}

describe(`JSON of strangers (seed ${SEED})`, () => {
  interface Written {
    readonly text: string;
    /** Whether some object in it has a member twice. */
    readonly isDouble: boolean;
    readonly depth: number;
    readonly isUnsafe: boolean;
  }

  const blank = fc.constantFrom("", "", "", " ", "\n\t", "\r");
  const name = fc.constantFrom("a", "b", "c", "exp", "", "\\n", '\\"', "{", "a:b", "\u00e9", "\u{1f4a9}", "__proto__");
  const leaf = fc.constantFrom<Written>(
    ...['""', '"x:{[\\"\\\\"', "0", "-0", "1.5e3", "true", "false", "null", '"\\ud83d\\udca9"', '"\\u0000"'].map(
      (text) => ({
        text,
        isDouble: false,
        depth: 0,
        isUnsafe: false,
      }),
    ),
    ...["1e999", "-1e999", '"\\ud800"', '"\\udc00x"'].map((text) => ({
      text,
      isDouble: false,
      depth: 0,
      isUnsafe: true,
    })),
  );
  const joined = (parts: readonly Written[], text: string, more: Partial<Written> = {}): Written => ({
    text,
    isDouble: parts.some((part) => part.isDouble) || more.isDouble === true,
    depth: 1 + Math.max(0, ...parts.map((part) => part.depth)),
    isUnsafe: parts.some((part) => part.isUnsafe) || more.isUnsafe === true,
  });
  const { object: bush } = fc.letrec<{ value: Written; object: Written; list: Written }>((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, tie("object"), tie("list")),
    list: fc
      .tuple(fc.array(tie("value"), { maxLength: 3 }), blank)
      .map(([items, space]) => joined(items, `[${space}${items.map(({ text }) => text).join(`${space},`)}${space}]`)),
    object: fc.tuple(fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }), blank).map(([members, space]) => {
      const text = members
        .map(([key, { text: value }]) => `${space}"${key}"${space}:${space}${value}${space}`)
        .join(",");
      const names = members.map(([key]) => key);
      return joined(
        members.map(([, value]) => value),
        `{${text}}`,
        { isDouble: new Set(names).size < names.length, isUnsafe: names.includes("__proto__") },
      );
    }),
  }));
  // Deep, and not wide as well: what is both has more members than there is time for.
  const object = fc
    .tuple(bush, fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(20)))
    .map(([inner, levels]) => {
      let now = inner;
      for (let level = 0; level < levels; level++)
        now = joined([now], level % 2 === 0 && level + 1 < levels ? `[${now.text}]` : `{"deep":${now.text}}`);
      return now;
    });

  it(
    "is read where no member is double, nothing too deep and nothing unsafe, and refused for one of these reasons where there is",
    () => {
      let read = 0;
      fc.assert(
        fc.property(object, ({ text, isDouble, depth, isUnsafe }) => {
          const outcome = outcomeOf(() => parseStrictObject(Buffer.from(text), "payload"));
          if (!isDouble && !isUnsafe && depth <= 16) {
            expect(outcome).toEqual({ value: JSON.parse(text) });
            read++;
            return;
          }
          // JSON.parse drops what stood before a double: an unsafe value there is gone, and only the double is seen.
          const reasons = [depth > 16 && "too_deep", isUnsafe && "unsafe_member", isDouble && "duplicate_member"];
          expect(reasons).toContain("reason" in outcome ? outcome.reason : outcome);
        }),
        parameters(),
      );
      expect(read).toBeGreaterThan(RUNS / 50);
    },
    LIMIT_MS,
  );

  it(
    "of any bytes is refused with a reason, or is what JSON.parse makes of it",
    () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some)),
        changed(
          object.map(({ text }) => text),
          ["{", "}", "[", "]", '"', "\\", ":", ",", '"a":1,', "\\u", "\0"],
        ).map((text) => Buffer.from(text)),
        fc.tuple(object, fc.nat(), fc.nat(255)).map(([{ text }, at, byte]) => {
          const some = Buffer.from(text);
          some[at % some.length] = byte;
          return some;
        }),
      );
      fc.assert(
        fc.property(bytes, (some) => {
          const outcome = outcomeOf(() => parseStrictObject(some, "header"));
          if ("value" in outcome) expect(outcome.value).toEqual(JSON.parse(some.toString()));
        }),
        parameters(),
      );
    },
    LIMIT_MS,
  );
});

describe(`texts of strangers (seed ${SEED})`, () => {
  const segment = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
    fc.string({ unit: fc.constantFrom(..."AQgwz_-=+/ ł\n"), maxLength: 12 }),
    fc.constantFrom("", "eyJhbGciOiJFUzI1NiJ9", "e30", "bnVsbA"),
  );
  const isCanonical = (text: string) =>
    Buffer.from(text, "base64url").toString("base64url") === text && /^[\w-]*$/.test(text);

  it(
    "are split as tokens where they are three segments of canonical base64url, and nowhere else",
    () => {
      const token = fc.oneof(
        fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(".")),
        anyText,
      );
      fc.assert(
        fc.property(token, fc.integer({ min: 1, max: 300 }), (text, longest) => {
          const [header = "", payload = "", signature = "", ...more] = text.split(".");
          const isGood = text.split(".").length === 3 && more.length === 0 && text.length <= longest;
          const outcome = outcomeOf(() => splitCompact(text, longest));
          expect("value" in outcome).toBe(isGood && isCanonical(payload) && isCanonical(signature));
          if ("value" in outcome) {
            expect(outcome.value.headerText).toBe(header);
            expect(outcome.value.payload.toString("base64url")).toBe(payload);
          }
        }),
        parameters(),
      );
      for (const value of [undefined, null, 1, {}, [], Symbol("x"), ["a.b.c"]])
        expect(outcomeOf(() => splitCompact(value, LONGEST_TOKEN))).toEqual({ reason: "not_a_string" });
    },
    LIMIT_MS,
  );

  it(
    "are read as headers with a text for an algorithm, or refused with a reason",
    () => {
      const value = fc.oneof(
        fc.constantFrom<unknown>("ES256", "none", "", null, [], {}, 1, ["b64"]),
        fc.jsonValue({ maxDepth: 2 }),
      );
      const header = fc
        .dictionary(fc.constantFrom("alg", "kid", "typ", "crit", "b64", "jwk", "x5c", "zip"), value)
        .map((members) => Buffer.from(JSON.stringify(members)).toString("base64url"));
      fc.assert(
        fc.property(fc.oneof(header, segment, anyText), (text) => {
          const outcome = outcomeOf(() => parseHeader(text));
          if (!("value" in outcome)) return;
          const { alg, kid, typ, crit, b64 } = outcome.value;
          expect(typeof alg).toBe("string");
          for (const each of [kid, typ]) expect(["string", "undefined"]).toContain(typeof each);
          expect([crit, b64]).toEqual([undefined, undefined]);
          expect(Object.isFrozen(outcome.value)).toBe(true);
        }),
        parameters(),
      );
    },
    LIMIT_MS,
  );

  it(
    "are read as refresh tokens where they are spelled as such, and accepted where one was derived",
    () => {
      const binding = { dataKey: randomBytes(32), epoch: "e", nonce: "n" };
      const parts = fc.record({
        keyId: fc.nat(0xffff_ffff),
        session: fc.uuid(),
        generation: fc.nat(0xffff_ffff),
      });
      const derived = parts.map((each) => deriveRefreshToken(each, binding));
      fc.assert(
        fc.property(fc.oneof(changed(derived, ["A", "=", "lkr_", "_", "-", "\n"]), anyText), (text) => {
          const read = readRefreshToken(text);
          const isAccepted = isRefreshToken(text, binding);
          if (read === undefined) expect(isAccepted).toBe(false);
          else expect(isAccepted).toBe(deriveRefreshToken(read, binding) === text);
        }),
        parameters(),
      );
    },
    LIMIT_MS,
  );

  it(
    "are read as Authorization headers: a token, none, or a TokenError",
    () => {
      const pieces = ["Bearer ", "bearer ", "Basic ", ",", ", ", "=", " ", "\t", "a.b.c", "Bearer"];
      fc.assert(
        fc.property(changed(fc.constantFrom("Bearer a.b.c", "Basic eDp5", ""), pieces), (text) => {
          const outcome = outcomeOf(() => createHeaderReader(USUAL_PLACES.header)(text));
          if ("reason" in outcome) expect(outcome.reason).toBe("malformed_header");
          else if (outcome.value !== undefined) expect(text.slice(7)).toBe(outcome.value);
        }),
        parameters(),
      );
    },
    LIMIT_MS,
  );

  it(
    "are read as cookies: one value where the name stands once, and invalid_request where it stands twice",
    () => {
      const pair = fc.oneof(
        fc.tuple(
          fc.constantFrom("__Host-latchkey", "__host-latchkey", "x", "", "__Host-latchkey2"),
          fc.constantFrom("=", "", " = "),
          fc.constantFrom("lkr_a", "", '"x"', "a=b", "__Host-latchkey=x"),
        ),
        fc.tuple(fc.string({ unit: fc.constantFrom(...'ab=; ,\t"\u00ff'), maxLength: 10 })),
      );
      fc.assert(
        fc.property(fc.array(pair, { maxLength: 6 }), fc.constantFrom("; ", ";", " ;; "), (pairs, between) => {
          const text = pairs.map((parts) => parts.join("")).join(between);
          const request = new Request("http://localhost/", { headers: { cookie: text } });
          const expected = text
            .split(";")
            .map((one) => /^\s*__Host-latchkey=(?<value>.*?)\s*$/s.exec(one)?.groups?.value)
            .filter((value) => value !== undefined);
          try {
            expect(refreshCookieOf(request)).toBe(expected[0]);
            expect(expected.length).toBeLessThan(2);
          } catch (error) {
            if (!isAuthError(error)) throw error;
            expect([error.code, expected.length > 1]).toEqual(["invalid_request", true]);
          }
        }),
        parameters(),
      );
    },
    LIMIT_MS,
  );

  it(
    "are read as forwarded addresses: never anything but an address, and never one that stands left of a stranger",
    () => {
      const proxies = requireTrustedProxies(["10.0.0.0/8", "2001:db8::/32"]);
      const address = fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.nat(255).map((last) => `10.1.2.${last}`),
        fc.constantFrom(
          "::ffff:10.0.0.1",
          "2001:DB8::1",
          "fe80::1%eth0",
          "[2001:db8::1]:80",
          "10.0.0.1:80",
          "unknown",
          "",
          "0x7f.1",
          "::",
          "1.2.3",
          "127.1",
        ),
      );
      fc.assert(
        fc.property(
          fc.oneof(address, anyText),
          fc.array(fc.oneof(address, anyText), { maxLength: 5 }),
          (socket, hops) => {
            const found = clientAddress(socket, hops.join(" , "), proxies);
            expect(found === undefined || isIP(found) > 0).toBe(true);
            if (found === undefined) expect(findCanonicalAddress(socket)).toBeUndefined();
            else {
              expect(findCanonicalAddress(found)).toBe(found);
              expect(networkOf(found)).toBeTypeOf("string");
            }
            // What somebody prepends changes nothing where the search has ended before.
            const isTrusted = found !== undefined && proxies.check(found, isIP(found) === 4 ? "ipv4" : "ipv6");
            if (!isTrusted) expect(clientAddress(socket, ["6.6.6.6", ...hops].join(","), proxies)).toBe(found);
          },
        ),
        parameters(),
      );
    },
    LIMIT_MS,
  );
});

describe(`hashes of strangers (seed ${SEED})`, () => {
  const { hashes } = JSON.parse(readFileSync(new URL("../vectors/password-hashes.json", import.meta.url), "utf8")) as {
    readonly hashes: readonly { readonly hash: string }[];
  };
  const known = fc.constantFrom(...hashes.map(({ hash }) => hash));
  const pieces = [
    "$",
    ":",
    "=",
    ",",
    "0",
    "9",
    "99999999999",
    "m=1",
    "t=0",
    "$argon2id$",
    "pbkdf2:sha256",
    "\n",
    "ł",
    ".",
  ];

  it(
    "are taken apart within what may be paid for, or named unusable in a sentence that does not repeat them",
    () => {
      fc.assert(
        fc.property(fc.oneof(changed(known, pieces), anyText), (hash) => {
          const stored = readHash(hash);
          if (stored.kind !== "unusable") {
            expect(Object.keys(LIMITS)).toContain(stored.kind);
            requireUsableHash(hash);
            return;
          }
          if (hash.length > 12) expect(stored.why).not.toContain(hash);
          expect(() => requireUsableHash(hash)).toThrow(expect.objectContaining({ code: "invalid_request" }));
        }),
        parameters(),
      );
    },
    LIMIT_MS,
  );
});

describe(`files of strangers (seed ${SEED})`, () => {
  const HASH = "$2b$04$J9Zk5v0Xw3mQe7LrT1yUuO5dVYh1iX0b8cN2sKfGqPzWmA4tE6RlS";

  /** All lines of a file that comes in pieces, or the sentence with which it was refused. */
  async function linesOf(
    read: (bytes: AsyncIterable<Buffer>) => AsyncIterable<ImportLine>,
    bytes: Buffer,
    size: number,
  ): Promise<{ readonly lines: readonly ImportLine[]; readonly refused: string | undefined }> {
    const lines: ImportLine[] = [];
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    try {
      for await (const line of read(pieces())) lines.push(line);
      return { lines, refused: undefined };
    } catch (error) {
      if (!(error instanceof Error) || error.constructor !== Error) throw error;
      expect(error.message).toMatch(/^(?:Line \d+|The first line) ?.*[.?]$/);
      return { lines, refused: error.message };
    }
  }

  async function checkFile(read: typeof readCsv, bytes: Buffer, size: number): Promise<void> {
    const whole = await linesOf(read, bytes, bytes.length + 1);
    for (const line of whole.lines) {
      expect(line.line).toBeGreaterThan(0);
      if ("reason" in line) expect(line.reason).not.toContain(HASH);
    }
    expect(whole.refused ?? "").not.toContain(HASH);
    expect(await linesOf(read, bytes, size)).toEqual(whole);
  }

  const cells = ["ada", HASH, '"a,b"', '"a""b"', '"', "", "a\0b", "admin editor", "é", "\ud800"];
  const csv = fc
    .array(fc.array(fc.constantFrom(...cells), { minLength: 1, maxLength: 5 }), { maxLength: 6 })
    .map((rows) => ["username,hash,roles", ...rows.map((row) => row.join(","))].join("\n"));
  const values = fc.oneof(fc.constantFrom<unknown>("ada", HASH, null, 1, ["admin"], {}), fc.jsonValue({ maxDepth: 2 }));
  const jsonLines = fc
    .array(fc.dictionary(fc.constantFrom("username", "hash", "email", "roles", "x", "__proto__"), values), {
      maxLength: 6,
    })
    .map((rows) => rows.map((row) => JSON.stringify(row)).join("\n"));
  const spoiled = (text: fc.Arbitrary<string>) =>
    fc.oneof(
      changed(text, ['"', "\n", "\r", "\r\n", ",", "\0", "{", "}", "\u2028", "\ufeff", "username,hash\n"]).map((each) =>
        Buffer.from(each),
      ),
      fc.tuple(text, fc.nat(), fc.nat(255)).map(([each, at, byte]) => {
        const bytes = Buffer.from(each);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    );

  it.each([
    ["CSV", readCsv, spoiled(csv)],
    ["JSON lines", readJsonLines, spoiled(jsonLines)],
  ] as const)(
    "of %s give the same lines or the same sentence in whatever pieces they come, and no hash is repeated",
    async (_name, read, bytes) => {
      const size = fc.integer({ min: 1, max: 20 });
      await fc.assert(
        fc.asyncProperty(bytes, size, (some, each) => checkFile(read, some, each)),
        parameters(RUNS / 5),
      );
    },
    LIMIT_MS,
  );
});
