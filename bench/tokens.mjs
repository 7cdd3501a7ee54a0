import { constants, createHmac, sign, verify } from "node:crypto";
import { createVerifier as createFastVerifier, createSigner } from "fast-jwt";
import { jwtVerify, SignJWT } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { createIssuer, createVerifier, exportKey, generateKey } from "latchkey/tokens";
import { measure, table } from "./measure.mjs";

const ISSUER = "https://auth.example.com";
const AUDIENCE = "todo-api";
const TOKENS = 64;
const HASHES = { HS256: "sha256", RS256: "sha256", ES256: "sha256", EdDSA: null };
const GOALS = { HS256: 2.4, RS256: 1.25, ES256: 1.1, EdDSA: 1.1 };

function nodeOptions(alg, handle) {
  if (alg === "ES256") return { key: handle, dsaEncoding: "ieee-p1363" };
  return alg === "RS256" ? { key: handle, padding: constants.RSA_PKCS1_PADDING } : { key: handle };
}

function setUp(alg) {
  const key = generateKey({ alg });
  const verifying = key.public ?? key;
  const issuer = createIssuer({ issuer: ISSUER, audience: AUDIENCE, clientId: "web", keys: [key] });
  const tokens = Array.from({ length: TOKENS }, (_, index) => issuer.mint({ sub: String(index), roles: ["editor"] }));
  const pem =
    key.kind === "secret"
      ? key.handle.export()
      : { private: exportKey(key, { format: "pem" }), public: exportKey(key.public, { format: "pem" }) };
  return { alg, key, verifying, issuer, tokens, pem };
}

function fastVerifier({ alg, key, pem }, cache) {
  const keyText = key.kind === "secret" ? pem : pem.public;
  return createFastVerifier({ key: keyText, algorithms: [alg], allowedIss: ISSUER, allowedAud: AUDIENCE, cache });
}

function verifyContenders({ alg, key, verifying, tokens, pem }) {
  const at = (index) => tokens[index % TOKENS];
  const parts = tokens.map((token) => {
    const end = token.lastIndexOf(".");
    return {
      input: Buffer.from(token.slice(0, end)),
      signature: Buffer.from(token.slice(end + 1), "base64url"),
    };
  });
  const options = nodeOptions(alg, verifying.handle);
  const primitive =
    key.kind === "secret"
      ? (index) =>
          createHmac("sha256", key.handle)
            .update(parts[index % TOKENS].input)
            .digest()
      : (index) => verify(HASHES[alg], parts[index % TOKENS].input, options, parts[index % TOKENS].signature);
  const own = createVerifier({ issuer: ISSUER, audience: AUDIENCE, keys: [verifying], cache: false });
  const fast = fastVerifier({ alg, key, pem }, false);
  const list = [
    { name: "node:crypto", run: primitive },
    { name: "latchkey", run: (index) => own.verifySync(at(index)) },
    { name: "fast-jwt", run: (index) => fast(at(index)) },
    {
      name: "jose",
      asynchronous: true,
      run: (index) =>
        jwtVerify(at(index), verifying.handle, {
          issuer: ISSUER,
          audience: AUDIENCE,
          algorithms: [alg],
          typ: "at+jwt",
        }),
    },
  ];
  if (alg !== "EdDSA") {
    list.push({
      name: "jsonwebtoken",
      run: (index) =>
        jsonwebtoken.verify(at(index), verifying.handle, { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg] }),
    });
  }
  return list;
}

/** A fresh string each time, as a request brings it: made before the clock runs. */
function fresh(tokens) {
  let strings = [];
  return {
    prepare: (count) => {
      strings = Array.from({ length: count }, (_, index) => Buffer.from(tokens[index % TOKENS]).toString("latin1"));
    },
    at: (index) => strings[index],
  };
}

function cachedContenders({ alg, key, verifying, tokens, pem }) {
  const own = createVerifier({ issuer: ISSUER, audience: AUDIENCE, keys: [verifying] });
  const fast = fastVerifier({ alg, key, pem }, true);
  const ownStrings = fresh(tokens);
  const fastStrings = fresh(tokens);
  return [
    { name: "latchkey", prepare: ownStrings.prepare, run: (index) => own.verifySync(ownStrings.at(index)) },
    { name: "fast-jwt", prepare: fastStrings.prepare, run: (index) => fast(fastStrings.at(index)) },
  ];
}

function signContenders({ alg, key, issuer, pem }) {
  const input = Buffer.from("a".repeat(320));
  const options = nodeOptions(alg, key.handle);
  const payload = {
    iss: ISSUER,
    aud: AUDIENCE,
    client_id: "web",
    jti: "0195e6a0-7b1c-7def-8123-456789abcdef",
    sub: "42",
    roles: ["editor"],
  };
  const fastKey = key.kind === "secret" ? pem : pem.private;
  const fast = createSigner({
    key: fastKey,
    algorithm: alg,
    kid: key.kid,
    expiresIn: 600_000,
    header: { typ: "at+jwt" },
  });
  const list = [
    {
      name: "node:crypto",
      run:
        key.kind === "secret"
          ? () => createHmac("sha256", key.handle).update(input).digest()
          : () => sign(HASHES[alg], input, options),
    },
    { name: "latchkey", run: () => issuer.mint({ sub: "42", roles: ["editor"] }) },
    { name: "fast-jwt", run: () => fast(payload) },
    {
      name: "jose",
      asynchronous: true,
      run: () =>
        new SignJWT(payload)
          .setProtectedHeader({ alg, typ: "at+jwt", kid: key.kid })
          .setIssuedAt()
          .setExpirationTime("10m")
          .sign(key.handle),
    },
  ];
  if (alg !== "EdDSA") {
    list.push({
      name: "jsonwebtoken",
      run: () =>
        jsonwebtoken.sign(payload, key.handle, {
          algorithm: alg,
          keyid: key.kid,
          expiresIn: 600,
          header: { typ: "at+jwt" },
        }),
    });
  }
  return list;
}

const OURS = "latchkey";

/** Measures one thing for every algorithm and prints it; `base` is what the ratios are to, `goals` what they should be. */
async function section(title, contendersOf, { base, goals = {} }) {
  const rows = [];
  const verdicts = [];
  for (const alg of Object.keys(HASHES)) {
    const results = await measure(contendersOf(setUp(alg)));
    if (rows.length === 0) rows.push([`${title} (x ${base})`, ...results.names]);
    const cell = (name) => `${results.micros(name).toFixed(2)} (${results.ratio(name, base).toFixed(2)}x)`;
    rows.push([alg, ...rows[0].slice(1).map((name) => (results.names.includes(name) ? cell(name) : "-"))]);
    verdicts.push(verdictOn(alg, results, { base, goal: goals[alg] }));
  }
  table(rows);
  console.log(`${verdicts.join("\n")}\n`);
}

function verdictOn(alg, results, { base, goal }) {
  const peers = results.names.filter((name) => name !== OURS && name !== "node:crypto");
  const least = Math.min(...peers.map((name) => results.ratio(name, OURS)));
  const ahead = `${least.toFixed(2)} times as fast as the fastest peer${least > 1 ? "" : ": NOT AHEAD"}`;
  if (goal === undefined) return `  ${alg}: ${ahead}`;
  const ratio = results.ratio(OURS, base);
  return `  ${alg}: ${ratio.toFixed(2)}x of ${base}, goal ${goal}x ${ratio <= goal ? "met" : "MISSED"}; ${ahead}`;
}

export async function run() {
  console.log(`node ${process.version}; microseconds an operation, one thread: medians of interleaved rounds.\n`);
  // The heap of a process grows into its size in the first seconds; until then everybody pays for the garbage of all.
  await measure(verifyContenders(setUp("HS256")), { rounds: 31 });
  await section("verify, not cached", verifyContenders, { base: "node:crypto", goals: GOALS });
  await section("verify, seen before", cachedContenders, { base: OURS });
  await section("sign", signContenders, { base: "node:crypto" });
}
