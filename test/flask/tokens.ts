import { encode, type Forge, hmac, type Members } from "./forge.js";

/** Every way in which a token can be wrong, and some in which it is right. Each makes one token of its own. */
export type Kinds = Readonly<Record<string, (forge: Forge) => string>>;

const later = 3600;

const rightKinds: Kinds = {
  good: ({ token }) => token(),
  "good, not fresh": ({ token }) => token({ fresh: false }),
  "good, no fresh claim": ({ token }) => token({ fresh: undefined }),
  "fresh until later": ({ token, now }) => token({ fresh: now + later + 0.5 }),
  "fresh until a while ago": ({ token, now }) => token({ fresh: now - later - 0.5 }),
  refresh: ({ token, now }) => token({ type: "refresh", fresh: false, exp: now + 30 * 86_400 }),
  "refresh that says fresh": ({ token }) => token({ type: "refresh", fresh: true }),
  "no type": ({ token }) => token({ type: undefined }),
  "no csrf": ({ token }) => token({ csrf: undefined }),
  "no iat": ({ token }) => token({ iat: undefined }),
  "no typ": ({ token }) => token({}, { typ: undefined }),
  "a claim of its own": ({ token }) => token({ plan: { seats: [1, 2] } }),
  "a header of its own": ({ token }) => token({}, { tenant: "north" }),
  "a kid": ({ token }) => token({}, { kid: "k1" }),
  "nbf now": ({ token, now }) => token({ nbf: now }),
  "a name in letters of all kinds": ({ token }) => token({ sub: "Żółć 🦢 \u0000" }),
  "iat and exp with fractions": ({ token, now }) => token({ iat: now - 1.5, exp: now + 900.5 }),
  "aud of somebody": ({ token }) => token({ aud: "somebody" }),
  "iss of somebody": ({ token }) => token({ iss: "somebody" }),
  "aud empty": ({ token }) => token({ aud: [] }),
  "root without a role": ({ token }) => token({ sub: "root" }),
  "role admin": ({ token }) => token({ sub: "root", role: "admin" }),
};

const refusedKinds: Kinds = {
  ghost: ({ token }) => token({ sub: "ghost" }),
  denied: ({ token }) => token({ deny: true }),
  "denied ghost": ({ token }) => token({ deny: true, sub: "ghost" }),
  expired: ({ token, now }) => token({ iat: now - 7200, exp: now - later }),
  "expired refresh": ({ token, now }) => token({ type: "refresh", fresh: false, iat: now - 7200, exp: now - later }),
  "expired, deny": ({ token, now }) => token({ deny: true, iat: now - 7200, exp: now - later }),
  "nbf later": ({ token, now }) => token({ nbf: now + later }),
  "iat later": ({ token, now }) => token({ iat: now + later, exp: now + 2 * later }),
  "nbf later and expired": ({ token, now }) => token({ nbf: now + later, iat: now - 7200, exp: now - later }),
  "sub missing": ({ token }) => token({ sub: undefined }),
  "sub missing and refresh": ({ token }) => token({ sub: undefined, type: "refresh" }),
  "tampered signature": ({ token }) => token({}, {}, (text, secret) => flip(hmac("sha256")(text, secret))),
  "tampered payload": ({ token }) => withPayload(token(), { sub: "root" }),
  "tampered and expired": ({ token, now }) => withPayload(token({ exp: now - later }), { sub: "root", exp: now - 60 }),
  "tampered, not JSON": ({ token }) => token().replace(/\.[\w-]+\./, `.${encode("not JSON")}.`),
  "other key": ({ token }) => token({}, {}, hmac("sha256", "another secret of at least thirty-two bytes")),
  "alg none": ({ token }) => token({}, { alg: "none" }, () => ""),
  "alg None": ({ token }) => token({}, { alg: "None" }, () => ""),
  "alg none with a signature": ({ token }) => token({}, { alg: "none" }),
  HS512: ({ token }) => token({}, { alg: "HS512" }, hmac("sha512")),
  "HS512 that was signed with HS256": ({ token }) => token({}, { alg: "HS512" }),
  RS256: ({ token }) => token({}, { alg: "RS256" }),
  "alg in small letters": ({ token }) => token({}, { alg: "hs256" }),
  "alg unknown": ({ token }) => token({}, { alg: "XX999" }),
  "alg missing": ({ token }) => token({}, { alg: undefined }),
  "alg a number": ({ token }) => token({}, { alg: 256 }),
  "crit unknown": ({ token }) => token({}, { crit: ["x"], x: 1 }),
  "kid a number": ({ token }) => token({}, { kid: 1 }),
  "signature of no length": ({ token }) => token({}, {}, () => ""),
};

const misshapenKinds: Kinds = {
  "sub a number": ({ token }) => token({ sub: 123 }),
  "sub empty": ({ token }) => token({ sub: "" }),
  "sub null": ({ token }) => token({ sub: null }),
  "sub a list": ({ token }) => token({ sub: ["ada"] }),
  "sub false": ({ token }) => token({ sub: false }),
  "jti missing": ({ token }) => token({ jti: undefined }),
  "jti a number": ({ token }) => token({ jti: 7 }),
  "jti null": ({ token }) => token({ jti: null }),
  "type app": ({ token }) => token({ type: "app" }),
  "type empty": ({ token }) => token({ type: "" }),
  "type null": ({ token }) => token({ type: null }),
  "type a number": ({ token }) => token({ type: 1 }),
  "type Refresh": ({ token }) => token({ type: "Refresh" }),
  "fresh a text": ({ token }) => token({ fresh: "true" }),
  "fresh null": ({ token }) => token({ fresh: null }),
  "exp missing": ({ token }) => token({ exp: undefined }),
  "exp null": ({ token }) => token({ exp: null }),
  "exp a text": ({ token }) => token({ exp: "tomorrow" }),
  "exp a number as text": ({ token, now }) => token({ exp: String(now + 900) }),
  "exp a list": ({ token, now }) => token({ exp: [now + 900] }),
  "exp true": ({ token }) => token({ exp: true }),
  "exp far away": ({ token, now }) => token({ exp: now + 400 * 86_400 }),
  "nbf a text": ({ token }) => token({ nbf: "soon" }),
  "nbf null": ({ token }) => token({ nbf: null }),
  "iat a text": ({ token }) => token({ iat: "now" }),
  "iat null": ({ token }) => token({ iat: null }),
  "csrf a number": ({ token }) => token({ csrf: 1 }),
  "aud a number": ({ token }) => token({ aud: 1 }),
  "iss a number": ({ token }) => token({ iss: 1 }),
  "typ at+jwt": ({ token }) => token({}, { typ: "at+jwt" }),
  "a member twice": ({ token }) => twice(token),
};

const noTokenKinds: Kinds = {
  "one word": () => "hello",
  "one dot": () => "hello.world",
  "two dots": () => "a.b.c",
  "two dots alone": () => "..",
  "three dots": ({ token }) => `${token()}.x`,
  "five parts": ({ token }) => `${token()}.x.y`,
  "header not base64": ({ token }) => token().replace(/^[^.]+/, "!!!!!"),
  "header not JSON": ({ token }) => token().replace(/^[^.]+/, encode("{")),
  "header a list": ({ token }) => token().replace(/^[^.]+/, encode([])),
  "payload a list": (forge) => signed(forge, "[1]"),
  "payload not JSON": (forge) => signed(forge, "{"),
  "payload not UTF-8": (forge) => signed(forge, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
  "signature not base64": ({ token }) => token({}, {}, () => "!"),
  "with padding": ({ token }) => `${token()}=`,
};

/** The tokens of every kind. */
export const KINDS: Kinds = { ...rightKinds, ...refusedKinds, ...misshapenKinds, ...noTokenKinds };

/** Tokens that matter where an issuer, an audience and a leeway are wanted. */
export const OVERRIDDEN_KINDS: Kinds = {
  ...rightKinds,
  ghost: ({ token }) => token({ sub: "ghost" }),
  denied: ({ token }) => token({ deny: true }),
  "one audience": ({ token }) => token({ aud: "aud-1" }),
  "the other audience": ({ token }) => token({ aud: "aud-2" }),
  "both in another order": ({ token }) => token({ aud: ["x", "aud-1"] }),
  "aud missing": ({ token }) => token({ aud: undefined }),
  "aud null": ({ token }) => token({ aud: null }),
  "aud an empty text": ({ token }) => token({ aud: "" }),
  "aud a number": ({ token }) => token({ aud: 1 }),
  "aud a list of numbers": ({ token }) => token({ aud: ["aud-1", 1] }),
  "aud an object": ({ token }) => token({ aud: { "aud-1": true } }),
  "iss missing": ({ token }) => token({ iss: undefined }),
  "iss null": ({ token }) => token({ iss: null }),
  "iss a number": ({ token }) => token({ iss: 1 }),
  "iss a list": ({ token }) => token({ iss: ["iss-1"] }),
  "iss in capitals": ({ token }) => token({ iss: "ISS-1" }),
  "iss and aud wrong": ({ token }) => token({ iss: "x", aud: "x" }),
  "iss and aud missing": ({ token }) => token({ iss: undefined, aud: undefined }),
  "expired, iss wrong": ({ token, now }) => token({ iss: "x", iat: now - 7200, exp: now - 3600 }),
  "expired within the leeway": ({ token, now }) => token({ iat: now - 900, exp: now - 2 }),
  "expired beyond the leeway": ({ token, now }) => token({ iat: now - 900, exp: now - 30 }),
  "nbf within the leeway": ({ token, now }) => token({ nbf: now + 4 }),
  "nbf beyond the leeway": ({ token, now }) => token({ nbf: now + 60 }),
  "iat within the leeway": ({ token, now }) => token({ iat: now + 4 }),
  "iat beyond the leeway": ({ token, now }) => token({ iat: now + 60 }),
};

function flip(signature: string): string {
  return (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
}

function withPayload(token: string, claims: Members): string {
  const [header, payload = "", signature] = token.split(".");
  const old = JSON.parse(Buffer.from(payload, "base64url").toString()) as Members;
  return `${header}.${encode({ ...old, ...claims })}.${signature}`;
}

/** A token of a payload that is no object, rightly signed. */
function signed({ token }: Forge, payload: string | Buffer): string {
  return token({}, {}, (text, secret) => {
    const header = text.split(".")[0];
    const wanted = `${header}.${Buffer.from(payload).toString("base64url")}`;
    return `${wanted}.${hmac("sha256")(wanted, secret)}`;
  }).replace(/^[^.]+\.[^.]+\./, "");
}

function twice(token: Forge["token"]): string {
  return token({}, {}, (text, secret) => {
    const [header, payload = ""] = text.split(".");
    const doubled = Buffer.from(payload, "base64url").toString().replace("{", '{"sub":"root",');
    const wanted = `${header}.${encode(doubled)}`;
    return `${wanted}.${hmac("sha256")(wanted, secret)}`;
  }).replace(/^[^.]+\.[^.]+\./, "");
}
