// Asks /me with access tokens that are all different and all bad, as fast as it can: `PORT SECONDS TOKEN`. Prints how many, and how many a second.
import { createHmac, randomBytes } from "node:crypto";
import { closedLoop, requestBytes } from "./http-load.mjs";

const [port, seconds, token] = process.argv.slice(2);
const [header, payload, signature] = token.split(".");
const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
const segment = (members) => Buffer.from(JSON.stringify(members)).toString("base64url");

/** Each costs the server another amount of work; the first two, a whole signature. */
const KINDS = [
  () => `${header}.${payload}.${randomBytes(64).toString("base64url")}`,
  () => `${header}.${segment({ ...claims, jti: randomBytes(16).toString("hex") })}.${signature}`,
  () => `${segment({ alg: "ES256", typ: "at+jwt", kid: randomBytes(8).toString("hex") })}.${payload}.${signature}`,
  () => signedWithSecret(segment({ alg: "HS256", typ: "at+jwt" })),
  () => randomBytes(200).toString("base64url"),
];

function signedWithSecret(other) {
  const input = `${other}.${segment({ ...claims, sub: randomBytes(8).toString("hex") })}`;
  return `${input}.${createHmac("sha256", "secret").update(input).digest("base64url")}`;
}

let count = 0;
const next = () => {
  const bad = KINDS[count++ % KINDS.length]();
  return requestBytes(port, { path: "/me", headers: { authorization: `Bearer ${bad}` } });
};
const perSecond = await closedLoop(Number(port), { connections: 32, seconds: Number(seconds), next, wanted: 401 });
console.log(JSON.stringify({ count, perSecond: Math.round(perSecond) }));
