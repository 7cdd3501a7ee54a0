import { createHmac, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { NAUGHTY } from "../../accounts/naughty-texts.js";
import type { Dice } from "../dice.js";
import { anyAddress, type Draft } from "./fuzz-drafts.js";

type Mutation = (draft: Draft, dice: Dice) => void;

/** Makes one to three things of a draft wrong. */
export function spoil(draft: Draft, dice: Dice): void {
  draft.isGood = false;
  const group = dice.pick(GROUPS);
  for (let turn = 1 + dice.whole(3); turn > 0; turn--)
    dice.pick(dice.chance(0.7) ? group : dice.pick(GROUPS))(draft, dice);
  // The failures of a home would lock its owner out, and with them the code behind a log-in.
  if (draft.address === header(draft, "X-Forwarded-For")) setHeader(draft, "X-Forwarded-For", anyAddress(dice));
}

const DEEP = [10, 17, 100, 5000] as const;
const NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, Number.MIN_VALUE] as const;
const ODD_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "",
  "\u0000",
  "role",
  "roles",
  "id",
  "is_admin",
  "\ud800",
] as const;

function wrongValue(dice: Dice): unknown {
  return dice.pick<() => unknown>([
    () => null,
    () => dice.chance(0.5),
    () => dice.pick(NUMBERS),
    () => [],
    () => ({}),
    () => ({ $ne: null }),
    () => ["a", ["b", { c: null }]],
    () => dice.pick(NAUGHTY),
    () =>
      dice
        .pick(NAUGHTY)
        .repeat(1 + dice.whole(200))
        .slice(0, 10_000),
    () =>
      dice
        .pick(NAUGHTY)
        .repeat(200)
        .slice(0, dice.pick([255, 256, 512, 2048, 6144])),
    () => "a".repeat(dice.pick([200, 255, 256])),
    () => "a".repeat(dice.pick([1, 256, 257, 1024, 1025, 6144, 6145, 8193, 60_000, 70_000])),
    () => dice.bytes(20).toString("latin1"),
    () => "lkr_".padEnd(dice.whole(100), "A"),
  ])();
}

/** Changes the members of a body that is still an object. */
function ofMembers(
  change: (members: Record<string, unknown>, names: readonly string[], dice: Dice) => unknown,
): Mutation {
  return (draft, dice) => {
    if (draft.body === undefined) return;
    try {
      const members = JSON.parse(draft.body.toString()) as Record<string, unknown>;
      const changed = change(members, Object.keys(members), dice) ?? members;
      draft.body = Buffer.from(JSON.stringify(changed));
    } catch {
      // Somebody else has spoiled it already.
    }
  };
}

function ofBytes(change: (body: Buffer, dice: Dice) => Buffer | string): Mutation {
  return (draft, dice) => {
    if (draft.body !== undefined) draft.body = Buffer.from(change(draft.body, dice));
  };
}

function put(members: Record<string, unknown>, name: string, value: unknown): void {
  members[name] = value;
}

const anyOf = (names: readonly string[], dice: Dice) => names[dice.whole(names.length)] ?? "x";

const BODIES: readonly Mutation[] = [
  ofMembers((members, names, dice) => void delete members[anyOf(names, dice)]),
  // Most of what goes wrong is a value.
  ...Array.from({ length: 16 }, () =>
    ofMembers((members, names, dice) => put(members, anyOf(names, dice), wrongValue(dice))),
  ),
  ofMembers((members, names, dice) => {
    const name = anyOf(names, dice);
    members[name] = `${members[name]}${dice.pick(NAUGHTY)}`;
  }),
  ofMembers((members, _names, dice) =>
    Object.defineProperty(members, dice.pick(ODD_NAMES), {
      value: wrongValue(dice),
      enumerable: true,
      configurable: true,
    }),
  ),
  ofMembers((members, names, dice) => put(members, anyOf(names, dice).toUpperCase(), wrongValue(dice))),
  ofMembers((members) => [members]),
  ofMembers((members) => JSON.stringify(members)),
  ofMembers((members, _names, dice) =>
    Object.assign(
      members,
      Object.fromEntries(Array.from({ length: dice.whole(1000) }, (_, index) => [`m${index}`, index])),
    ),
  ),
  // The last member again, and whole bodies in one another.
  ofBytes(
    (body, dice) =>
      `${body.toString().slice(0, -1)},${dice.pick(['"username":"ada"', '"password":null', '"x":1,"x":2'])}}`,
  ),
  ofBytes((body, dice) => {
    const depth = dice.pick(DEEP);
    return `${'{"a":'.repeat(depth)}${body}${"}".repeat(depth)}`;
  }),
  ofBytes((_body, dice) => "[".repeat(dice.pick(DEEP))),
  ofBytes((body, dice) => `${body.toString().slice(0, -1)},"deep":${"[".repeat(dice.pick(DEEP))}`),
  ofBytes((body, dice) => body.subarray(0, dice.whole(body.length))),
  ofBytes((body, dice) => {
    const at = dice.whole(body.length);
    return Buffer.concat([body.subarray(0, at), dice.bytes(1 + dice.whole(8)), body.subarray(at)]);
  }),
  ofBytes((body, dice) => {
    const changed = Buffer.from(body);
    for (let turn = 1 + dice.whole(4); turn > 0; turn--) changed[dice.whole(changed.length)] = dice.whole(256);
    return changed;
  }),
  ofBytes((body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body])),
  ofBytes((body) => Buffer.from(body.toString(), "utf16le")),
  ofBytes((body, dice) => body.toString() + dice.pick([" ", "\n\n", "x", "{}", ",", "\0", "//", "1e999"])),
  ofBytes((body, dice) =>
    body
      .toString()
      .replace(
        /:"[^"]*"/,
        `:${dice.pick(["1e999", "-0", "NaN", "0x1", "01", "1E400", '"\\ud800"', '"\\u0000"', "'x'"])}`,
      ),
  ),
  ofBytes((body, dice) => Buffer.concat([body, Buffer.alloc(dice.pick([65_000, 65_536, 200_000]), " ")])),
  ofBytes(() => ""),
  ofBytes((_body, dice) => dice.bytes(dice.whole(200))),
  (draft, dice) => {
    draft.body = Buffer.from(dice.pick(["{}", "[]", "null", "0", '""', '{"username":"ada"}', "x=1"]));
    draft.framing = dice.pick(["length", "chunked"]);
  },
  (draft, dice) =>
    setHeader(
      draft,
      "Content-Type",
      dice.pick([
        "application/json; charset=utf-8",
        "application/json;charset=utf-16",
        "APPLICATION/JSON ",
        "application/json,application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        `application/json;${"x".repeat(5000)}`,
        ";",
        "\u00e4",
      ]),
    ),
];

const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherKey = createPrivateKey(other.privateKey.export({ format: "pem", type: "pkcs8" }));
const segment = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

function partsOf(token: string): { header: object; payload: object; parts: [string, string, string] } {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const read = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as object;
  return { header: read(header), payload: read(payload), parts: [header, payload, signature] };
}

function signed(header: object, payload: object, how: "ec" | "hmac" | "none"): string {
  const input = `${segment(header)}.${segment(payload)}`;
  if (how === "none") return `${input}.`;
  const bytes = Buffer.from(input);
  const signature =
    how === "ec"
      ? sign("sha256", bytes, { key: otherKey, dsaEncoding: "ieee-p1363" })
      : createHmac("sha256", "secret").update(bytes).digest();
  return `${input}.${signature.toString("base64url")}`;
}

type Forgery = (token: string, dice: Dice) => string;

const FORGERIES: readonly Forgery[] = [
  (token, dice) => token.slice(0, dice.whole(token.length)),
  (token, dice) => token.slice(dice.whole(token.length)),
  (token, dice) => {
    const at = dice.whole(token.length);
    return token.slice(0, at) + dice.pick(["A", ".", "=", "_", "-", "/", "+", ""]) + token.slice(at + 1);
  },
  (token) => `${token}.`,
  (token) => `${token}.${token}`,
  (token) => `${token}, Bearer ${token}`,
  (token) => {
    const { parts } = partsOf(token);
    return [parts[1], parts[0], parts[2]].join(".");
  },
  (token, dice) => {
    const { header, payload } = partsOf(token);
    return signed({ ...header, alg: dice.pick(["none", "None", "", "HS256"]) }, payload, dice.pick(["none", "hmac"]));
  },
  (token) => {
    const { header, payload } = partsOf(token);
    return signed(header, payload, "ec");
  },
  (token, dice) => {
    const { header, payload } = partsOf(token);
    const jwk = other.publicKey.export({ format: "jwk" });
    return signed({ ...header, jwk, kid: wrongValue(dice), crit: ["b64"], jku: "http://127.0.0.1:9/" }, payload, "ec");
  },
  (token, dice) => {
    const { header, payload, parts } = partsOf(token);
    const changed = { ...payload, [dice.pick(["exp", "sub", "iss", "aud", "jti", "sid", "roles"])]: wrongValue(dice) };
    return `${segment(header)}.${segment(changed)}.${parts[2]}`;
  },
  (token, dice) => {
    const { header, payload, parts } = partsOf(token);
    const json = JSON.stringify(header).replace(
      "{",
      `{${dice.pick(['"alg":"none",', '"__proto__":{},', '"x":1e999,', " "])}`,
    );
    return `${segment(json)}.${segment(payload)}.${parts[2]}`;
  },
  (_token, dice) => dice.bytes(dice.whole(300)).toString("base64url"),
  (_token, dice) => `${"A".repeat(dice.pick([8191, 8193, 12_000]))}..`,
  (_token, dice) => `${segment("[".repeat(dice.pick(DEEP)))}.${segment("{}")}.`,
  () => "....",
];

/** Forges the access token, or puts something in its place. */
function ofToken(forge: Forgery): Mutation {
  return (draft, dice) => {
    const token = draft.held?.token;
    if (token === undefined) return;
    const scheme = dice.pick([
      "Bearer ",
      "Bearer ",
      "Bearer ",
      "bearer ",
      "Bearer  ",
      "Bearer",
      "Basic ",
      "DPoP ",
      "Bearer\t",
    ]);
    setHeader(draft, "Authorization", scheme + forge(token, dice));
  };
}

const TOKENS: readonly Mutation[] = [
  ...FORGERIES.map(ofToken),
  (draft) => removeHeader(draft, "Authorization"),
  (draft) => draft.headers.push(["Authorization", `Bearer ${draft.held?.token}`]),
  (draft) => setHeader(draft, "Authorization", `Bearer ${draft.held?.refreshToken}`),
  (draft, dice) => {
    const text = draft.held?.refreshToken ?? "lkr_";
    const forged = dice.pick(FORGERIES.slice(0, 3))(text, dice);
    draft.body = Buffer.from(JSON.stringify({ refresh_token: dice.pick([forged, text, draft.held?.token ?? ""]) }));
    draft.framing = "length";
    setHeader(draft, "Content-Type", "application/json");
  },
];

const COOKIE = "__Host-latchkey";

const COOKIES: readonly Mutation[] = [
  (draft, dice) => {
    const value = dice.pick([
      draft.held?.refreshToken ?? "",
      "",
      "lkr_x",
      '"x"',
      "a=b",
      "\u00ff",
      "lkr_".padEnd(9000, "A"),
    ]);
    setHeader(
      draft,
      "Cookie",
      dice.pick([
        `${COOKIE}=${value}`,
        `${COOKIE}=${value}; ${COOKIE}=${value}`,
        `${COOKIE}; ${COOKIE}=`,
        `x=${COOKIE}=${value}`,
        `${"a=b; ".repeat(dice.whole(1000))}${COOKIE}=${value}`,
        `;;;${COOKIE} = ${value}`,
        `${COOKIE.toLowerCase()}=${value}`,
      ]),
    );
  },
  (draft) => draft.headers.push(["Cookie", `${COOKIE}=${draft.held?.refreshToken}`]),
  (draft, dice) =>
    setHeader(
      draft,
      "Origin",
      dice.pick([
        "null",
        "",
        "http://localhost",
        "http://evil.example",
        "http://localhost:4000.evil",
        "\u00e4",
        "*",
        "a".repeat(5000),
      ]),
    ),
  (draft, dice) => draft.headers.push(["Origin", dice.pick(["null", header(draft, "Origin") ?? "x"])]),
  (draft) => removeHeader(draft, "Origin"),
  (draft, dice) => setHeader(draft, "Sec-Fetch-Site", dice.pick(["cross-site", "same-origin", "none", "x"])),
];

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "TRACE",
  "PROPFIND",
  "M-SEARCH",
  "get",
  "XXX",
] as const;

function ofTarget(change: (target: string, dice: Dice) => string, isUnreadable = false): Mutation {
  return (draft, dice) => {
    draft.target = change(draft.target, dice);
    draft.isUnreadable ||= isUnreadable;
  };
}

const LINES: readonly Mutation[] = [
  (draft, dice) => {
    draft.method = dice.pick(METHODS);
  },
  (draft) => {
    draft.method = "OPTIONS";
    setHeader(draft, "Access-Control-Request-Method", "PUT");
  },
  ofTarget(
    (target, dice) =>
      target + dice.pick(["/", "//", "/.", "/..", "?", "?a=%", "?access_token=x", "%00", "%2f", ";a", "#x"]),
    true,
  ),
  ofTarget((target, dice) => dice.pick(["/", "//", "/./", "/x/..", "/%2e%2e", "/%2e/", "*"]) + target, true),
  ofTarget((target, dice) => {
    const at = dice.whole(target.length);
    const code = target.charCodeAt(at).toString(16).padStart(2, "0");
    return `${target.slice(0, at)}%${code}${target.slice(at + 1)}`;
  }, true),
  ofTarget((target) => target.toUpperCase(), true),
  ofTarget(
    (target, dice) =>
      `/${dice
        .bytes(8)
        .toString("latin1")
        .replaceAll(/[\0-\x20\x7f]/g, "!")}${target}`,
    true,
  ),
  ofTarget((target, dice) => `${target}?${"a".repeat(dice.pick([4000, 4096, 9000]))}`),
  ofTarget(
    (target, dice) => `${dice.pick(["http://127.0.0.1", "https://x", "http://[::1", "ftp://x", "http://"])}${target}`,
    true,
  ),
  ofTarget(
    (_target, dice) =>
      dice.pick(["*", "x", "\\", "/\\", "/{id}", "/me/sessions/%ff", "/me/sessions/__proto__", "/toString"]),
    true,
  ),
];

const HEADERS: readonly Mutation[] = [
  (draft, dice) => {
    setHeader(
      draft,
      "Host",
      dice.pick(["", "a b", "x:y", "[::1", "evil.example", "127.0.0.1:99999", "a".repeat(300), "\u00e4", "a@b", "%41"]),
    );
    draft.isUnreadable = true;
  },
  (draft) => {
    removeHeader(draft, "Host");
    draft.isUnreadable = true;
  },
  (draft, dice) => draft.headers.push(["X-Long", "a".repeat(dice.pick([1000, 8000, 15_000, 17_000]))]),
  (draft, dice) => {
    for (let index = dice.pick([50, 1500, 3000]); index > 0; index--) draft.headers.push([`x${index}`, ""]);
  },
  (draft, dice) =>
    setHeader(
      draft,
      "X-Forwarded-For",
      dice.pick([
        "",
        ",",
        "unknown",
        "1.2.3.4, 127.0.0.1",
        "[::1]:80",
        "::ffff:1.2.3.4",
        "fe80::1%eth0",
        "1.2.3.4,".repeat(1000),
        "\u00e4",
        "999.1.1.1",
      ]),
    ),
  (draft, dice) =>
    setHeader(
      draft,
      "User-Agent",
      dice.pick(["", "\u001b[2J", "\u00ff\u0080".repeat(100), "a".repeat(5000), '{"a":1}']),
    ),
  (draft, dice) =>
    setHeader(draft, "If-None-Match", dice.pick(["*", "", '"', 'W/"x", *', '"a",'.repeat(2000), "\u00e4"])),
  (draft, dice) =>
    draft.headers.push([
      dice.pick([
        "Connection",
        "Upgrade",
        "TE",
        "Forwarded",
        "X-HTTP-Method-Override",
        "X-Original-URL",
        "Range",
        "Accept",
        "Accept-Encoding",
      ]),
      dice.pick(["close", "upgrade", "websocket", "h2c", "for=1.2.3.4", "DELETE", "/me", "bytes=0-1", "gzip", ""]),
    ]),
  (draft, dice) =>
    draft.headers.push([
      dice.pick(["__proto__", "constructor", "X-Request-Id", "Set-Cookie", "WWW-Authenticate"]),
      "x",
    ]),
  (draft, dice) => draft.headers.push(["X-Control", dice.pick(["\u0001", "\u0000", "a\rb", "a\nb: c", "\u007f"])]),
  (draft) => draft.headers.push(["Expect", "100-continue"]),
  (draft) => draft.headers.push(["Expect", "something"]),
];

/** What the server reads differently from how it was meant: the connection is of no use afterwards. */
const FRAMES: readonly Mutation[] = [
  (draft, dice) =>
    broken(
      draft,
      "Content-Length",
      dice.pick(["0", "1", "5", "100", "65536", "65537", "99999999999999999999", "-1", "0x10", "1,1", "", "1e3"]),
    ),
  (draft, dice) =>
    broken(
      draft,
      "Transfer-Encoding",
      dice.pick(["chunked", "identity", "gzip, chunked", "chunked, chunked", "xchunked", " chunked"]),
    ),
  (draft) => {
    broken(draft, "Transfer-Encoding", "chunked");
    draft.headers.push(["Content-Length", "3"]);
  },
  (draft) => {
    broken(draft, "Content-Length", "3");
    draft.headers.push(["Content-Length", "5"]);
  },
];

function broken(draft: Draft, name: string, value: string): void {
  draft.isBroken = true;
  draft.framing = "none";
  draft.headers.push([name, value]);
}

const GROUPS: readonly (readonly Mutation[])[] = [
  BODIES,
  BODIES,
  BODIES,
  TOKENS,
  TOKENS,
  COOKIES,
  LINES,
  HEADERS,
  FRAMES,
];

function header(draft: Draft, name: string): string | undefined {
  return draft.headers.find(([each]) => each === name)?.[1];
}

function removeHeader(draft: Draft, name: string): void {
  draft.headers = draft.headers.filter(([each]) => each !== name);
}

function setHeader(draft: Draft, name: string, value: string): void {
  removeHeader(draft, name);
  draft.headers.push([name, value]);
}

const HEAD = "GET /me HTTP/1.1\r\nHost: x\r\n";

/** Bytes that are hardly HTTP. */
export function garbage(dice: Dice): Buffer {
  const text = dice.pick([
    "\r\n\r\n\r\n",
    "GET /me\r\n\r\n",
    "GET /me HTTP/0.9\r\n\r\n",
    "GET /me HTTP/1.0\r\n\r\n",
    "GET /me HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET /me HTTP/2.0\r\nHost: x\r\n\r\n",
    "GET  /me HTTP/1.1\r\nHost: x\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
    `${HEAD}X : y\r\n\r\n`,
    `${HEAD} folded: y\r\n\r\n`,
    `${HEAD}X: y\r\n z\r\n\r\n`,
    `${HEAD}: y\r\n\r\n`,
    `${HEAD}Host: y\r\n\r\n`,
    "GET /me HTTP/1.1\nHost: x\n\n",
    `${HEAD}\r\n`.repeat(50),
    `${HEAD}\r\n${"X".repeat(100)}`,
    `POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${"5;".padEnd(20_000, "x")}\r\n`,
    "POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: y\r\n\r\n",
    "POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
    "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
  ] as const);
  const bytes = Buffer.from(text, "latin1");
  if (dice.chance(0.5))
    for (let turn = 1 + dice.whole(3); turn > 0; turn--) bytes[dice.whole(bytes.length)] = dice.whole(256);
  return dice.chance(0.1) ? dice.bytes(dice.whole(500)) : bytes;
}
