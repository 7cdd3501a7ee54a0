// Asks /me with access tokens that are all different and all bad, 10,000 a second where the server bears it: `PORT SECONDS TOKEN`. Prints how many, and how
// many a second.
import { createHmac, randomBytes } from "node:crypto";
import { openConnection, requestBytes } from "./http-load.mjs";

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

const PER_SECOND = 10_000;
const CONNECTIONS = 32;
const INTERVAL_MS = (1000 * CONNECTIONS) / PER_SECOND;

let count = 0;
const start = performance.now();
const end = start + Number(seconds) * 1000;
await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => askInTurns(index)));
console.log(JSON.stringify({ count, perSecond: Math.round((count * 1000) / (performance.now() - start)) }));

/** Asks at its times, and at once where it is late. */
async function askInTurns(index) {
  const connection = openConnection(Number(port));
  for (let due = start + (index * INTERVAL_MS) / CONNECTIONS; performance.now() < end; due += INTERVAL_MS) {
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    const bad = KINDS[count++ % KINDS.length]();
    const bytes = requestBytes(port, { path: "/me", headers: { authorization: `Bearer ${bad}` } });
    const { status } = await connection.send(bytes);
    if (status !== 401) throw new Error(`A bad token was answered with ${status}.`);
  }
  connection.close();
}
