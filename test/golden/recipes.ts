import { randomUUID } from "node:crypto";
import { forgeToken, tamperedToken } from "latchkey/testing";

type Members = Readonly<Record<string, unknown>>;

const IDENTITIES = ["sub", "id", "identity"];
const OTHER_SECRET = "a-different-secret-a-different-secret-0123456789";

function read(part: string | undefined): Members {
  return JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
}

function write(members: Members): string {
  return Buffer.from(JSON.stringify(members)).toString("base64url");
}

/** Makes the tokens that stand as `<kind>` in a case: the good one with one thing changed, signed again with the secret where the kind says nothing else. */
export function createRecipes(good: string, secret: string): Readonly<Record<string, () => string>> {
  const [headerText = "", payloadText = "", signature = ""] = good.split(".");
  const [header, payload] = [read(headerText), read(payloadText)];
  const now = Math.floor(Date.now() / 1000);
  // Whatever is left out here, the token does not get back.
  const whole = (claims: Members) => ({ sub: undefined, iat: undefined, exp: undefined, ...claims });
  const forged = (
    claims: Members,
    { head = {}, key = secret }: { readonly head?: Members; readonly key?: string } = {},
  ) => forgeToken({ header: { ...header, ...head }, claims: whole(claims), key });
  const changed = (claims: Members, head: Members = {}) =>
    forged({ ...payload, jti: randomUUID(), ...claims }, { head });
  const without = (...names: readonly string[]) =>
    forged(Object.fromEntries(Object.entries(payload).filter(([name]) => !names.includes(name))));
  const nobody = Object.fromEntries(
    IDENTITIES.filter((name) => name in payload).map((name) => [name, typeof payload[name] === "string" ? "999" : 999]),
  );
  const unsigned = (alg: string, mac = "") => `${write({ ...header, alg })}.${payloadText}.${mac}`;
  const lived = (age: number, life: number) => ({ iat: now - age, nbf: now - age, exp: now - age + life });
  return {
    good: () => good,
    expired: () => changed(lived(7200, 3600)),
    "expired-5s": () => changed(lived(305, 300)),
    "expired-tampered": () => `${changed(lived(7200, 3600)).slice(0, -8)}AAAAAAAA`,
    "tampered-sig": () => tamperedToken(good),
    "tampered-payload": () => `${headerText}.${write({ ...payload, ...nobody })}.${signature}`,
    "alg-none": () => unsigned("none"),
    "alg-None": () => unsigned("None"),
    "alg-NONE": () => unsigned("NONE"),
    "alg-none-sig": () => unsigned("none", signature),
    "alg-none-signed": () => forged(payload, { head: { alg: "none" } }),
    hs512: () => forged(payload, { head: { alg: "HS512" } }),
    "other-hmac": () => forged(payload, { head: { alg: "HS512" } }),
    "other-key": () => forged(payload, { key: OTHER_SECRET }),
    refresh: () => changed({ type: "refresh" }),
    "nbf-future": () => changed({ nbf: now + 3600 }),
    "iat-future": () => changed({ iat: now + 3600 }),
    "no-exp": () => without("exp"),
    "exp-string": () => changed({ exp: "tomorrow" }),
    "no-sub": () => without(...IDENTITIES),
    "no-id": () => without(...IDENTITIES),
    "no-identity": () => without(...IDENTITIES),
    "int-sub": () => changed({ sub: 1 }),
    "sub-999": () => changed(nobody),
    ghost: () => changed(nobody),
    "crit-x": () => changed({}, { crit: ["x"], x: 1 }),
  };
}
