import { execFile, execFileSync } from "node:child_process";
import { createPublicKey, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import {
  type Algorithm,
  createIssuer,
  createVerifier,
  exportKey,
  generateKey,
  importKey,
  type Key,
  type ProfileName,
} from "latchkey/tokens";
import { describe, expect, it } from "vitest";
import { bareEnvironment } from "../cli/run-server.js";
import type { Members } from "./by-hand.js";

const PYTHON = "/usr/bin/python3";
// Python and Flask are slow to start where others are busy.
const PATIENCE = { timeout: 120_000 };

/** Reads jobs from standard input: encodes payloads and decodes tokens with PyJWT, and prints what came of each. */
const PYJWT = `
import json, sys, jwt
def done(job):
    try:
        if "payload" in job:
            return jwt.encode(job["payload"], job["signing"], algorithm=job["alg"], headers=job.get("header"))
        return jwt.decode(job["token"], job["verifying"], algorithms=[job["alg"]],
                          audience=job.get("audience"), issuer=job.get("issuer"))
    except jwt.PyJWTError as error:
        return type(error).__name__
print(json.dumps([done(job) for job in json.load(sys.stdin)]))
`;

/** The same with Flask-JWT-Extended, in an application of its own for each job. */
const EXTENDED = `
import json, sys
from datetime import timedelta
from flask import Flask
import flask_jwt_extended as extended
from jwt import PyJWTError
def done(job):
    app = Flask("test")
    app.config.update(job["config"])
    extended.JWTManager(app)
    with app.test_request_context():
        try:
            if "mint" in job:
                return getattr(extended, job["mint"])(**job["with"])
            return extended.decode_token(job["token"])
        except (PyJWTError, extended.exceptions.JWTExtendedException) as error:
            return type(error).__name__
print(json.dumps([done(job) for job in json.load(sys.stdin)]))
`;

async function results<T>(program: string, jobs: readonly object[]): Promise<readonly T[]> {
  const running = promisify(execFile)(PYTHON, ["-c", program], { env: bareEnvironment(), timeout: 60_000 });
  running.child.stdin?.end(JSON.stringify(jobs));
  return JSON.parse((await running).stdout);
}

/** Whether Python has these modules. Where it has not, says so loudly; in continuous integration that is a failure. */
function hasModules(modules: string, packages: string): boolean {
  try {
    execFileSync(PYTHON, ["-c", `import ${modules}`], { env: bareEnvironment(), timeout: 60_000, stdio: "pipe" });
    return true;
  } catch {
    const complaint = `Not installed: apt-get install ${packages}`;
    console.error(`\n!!! ${complaint}\n`);
    if (process.env.CI === "true") throw new Error(complaint);
    return false;
  }
}

const seconds = Math.floor(Date.now() / 1000);
const UUID = "0b0ff0f2-6a5c-4d3b-9c2b-0f0e0d0c0b0a";

/** A key, and its halves as Python takes them. */
interface Sides {
  readonly key: Key;
  readonly alg: Algorithm;
  readonly signing: string;
  readonly verifying: string;
}

function sidesOf(alg: Algorithm): Sides {
  if (alg.startsWith("HS")) {
    const secret = randomBytes(64).toString("base64url");
    return { key: importKey(secret, { alg }), alg, signing: secret, verifying: secret };
  }
  const key = generateKey({ alg });
  const verifying = createPublicKey(key.handle).export({ format: "pem", type: "spki" }) as string;
  return { key, alg, signing: exportKey(key, { format: "pem" }), verifying };
}

const SIDES = (["HS256", "HS512", "RS256", "PS384", "ES256", "EdDSA"] as const).map(sidesOf);
const HMAC = SIDES[0] as Sides;

/** What each of the originals wrote, by PyJWT as they did, with what a verifier makes of it. */
const PAYLOADS: readonly {
  readonly profile: ProfileName;
  readonly payload: Members;
  readonly header?: Members;
  readonly laidOver: Members;
}[] = [
  { profile: "jwt", payload: { sub: "42", iat: seconds, exp: seconds + 60 }, laidOver: {} },
  {
    profile: "flask-jwt-extended",
    payload: {
      fresh: seconds + 0.5,
      iat: seconds,
      jti: UUID,
      type: "access",
      sub: "Zo\u00eb",
      nbf: seconds,
      csrf: UUID,
      exp: seconds + 60,
    },
    laidOver: {},
  },
  {
    profile: "flask-jwt",
    payload: { exp: seconds + 60, iat: seconds, nbf: seconds, identity: 42 },
    laidOver: { sub: "42" },
  },
  {
    profile: "itsdangerous",
    payload: { id: 42 },
    // Without a typ, as PyJWT understands that.
    header: { typ: "", iat: seconds, exp: seconds + 60 },
    laidOver: { sub: "42", iat: seconds, exp: seconds + 60 },
  },
];

describe.runIf(hasModules("jwt, cryptography", "python3-jwt python3-cryptography"))("PyJWT", PATIENCE, () => {
  const cases = SIDES.flatMap((sides) =>
    PAYLOADS.filter(({ profile }) => profile !== "itsdangerous" || sides.key.kind === "secret").map((given) => ({
      ...sides,
      ...given,
      name: `${given.profile} with ${sides.alg}`,
    })),
  );

  it("signs what the verifier of each profile accepts", async () => {
    const jobs = cases.map(({ payload, header, signing, alg }) => ({ payload, header, signing, alg }));
    const tokens = await results<string>(PYJWT, jobs);
    for (const [index, { key, profile, payload, laidOver, name }] of cases.entries()) {
      const claims = createVerifier({ profile, keys: [key] }).verifySync(tokens[index] ?? "");
      expect(claims, name).toEqual({ ...payload, ...laidOver });
    }
  });

  it("accepts what the issuer of flask-jwt-extended mints, and nothing of it that is changed or for others", async () => {
    const names = { issuer: "flask", audience: ["api", "other"] };
    const options = { profile: "flask-jwt-extended", ...names } as const;
    const minted = SIDES.map(({ key }) =>
      createIssuer({ ...options, keys: [key] }).mint(
        { sub: "Zo\u00eb", type: "access", fresh: true, csrf: UUID },
        { header: { tenant: "a" } },
      ),
    );
    const jobs = (changes: object, change = (token: string) => token) =>
      SIDES.map(({ alg, verifying }, index) => ({
        token: change(minted[index] ?? ""),
        alg,
        verifying,
        issuer: "flask",
        audience: "api",
        ...changes,
      }));
    const answers = await results<unknown>(PYJWT, [
      ...jobs({}),
      ...jobs({ audience: "third" }),
      ...jobs({ issuer: "jar" }),
      ...jobs({}, (token) => token.replace(/\.[^.]*$/, `.${"A".repeat(86)}`)),
    ]);
    const expected = { sub: "Zo\u00eb", type: "access", fresh: true, csrf: UUID, iss: "flask", aud: names.audience };
    for (const index of SIDES.keys()) expect(answers[index]).toMatchObject(expected);
    const count = SIDES.length;
    expect(answers.slice(count, 2 * count)).toEqual(Array(count).fill("InvalidAudienceError"));
    expect(answers.slice(2 * count, 3 * count)).toEqual(Array(count).fill("InvalidIssuerError"));
    expect(answers.slice(3 * count)).toEqual(Array(count).fill("InvalidSignatureError"));
  });
});

describe.runIf(hasModules("flask_jwt_extended", "python3-python-flask-jwt-extended"))(
  "Flask-JWT-Extended",
  PATIENCE,
  () => {
    const config = { JWT_SECRET_KEY: HMAC.signing };
    const named = { ...config, JWT_ENCODE_ISSUER: "flask", JWT_ENCODE_AUDIENCE: ["api", "other"] };
    const identified = { ...config, JWT_IDENTITY_CLAIM: "uid" };

    it("mints what the verifier accepts, of either type, with its headers and its own identity claim", async () => {
      const [access = "", refresh = "", whose = "", numbered = ""] = await results<string>(EXTENDED, [
        {
          config: named,
          mint: "create_access_token",
          with: {
            identity: "42",
            fresh: true,
            additional_claims: { role: "admin" },
            additional_headers: { tenant: "a" },
          },
        },
        { config, mint: "create_refresh_token", with: { identity: "42" } },
        { config: identified, mint: "create_access_token", with: { identity: "42" } },
        { config, mint: "create_access_token", with: { identity: 42 } },
      ]);
      const options = { profile: "flask-jwt-extended", keys: [HMAC.key] } as const;
      const { header, claims } = createVerifier({ ...options, issuer: "flask", audience: "api" }).inspectSync(access);
      expect(header).toEqual({ alg: "HS256", typ: "JWT", tenant: "a" });
      expect(claims).toMatchObject({ sub: "42", fresh: true, type: "access", role: "admin" });
      expect(claims.exp - (claims.iat ?? 0)).toBe(900);
      expect(createVerifier(options).verifySync(refresh)).toMatchObject({ sub: "42", type: "refresh", fresh: false });
      expect(createVerifier({ ...options, identityClaim: "uid" }).verifySync(whose)).toMatchObject({ sub: "42" });
      expect(() => createVerifier(options).verifySync(whose)).toThrow("A required claim is missing.");
      expect(createVerifier({ ...options, stringSubject: false }).verifySync(numbered).sub).toBe("42");
      expect(() => createVerifier(options).verifySync(numbered)).toThrow("A claim has a wrong value.");
    });

    it("decodes what the issuer mints", async () => {
      const options = { profile: "flask-jwt-extended", keys: [HMAC.key] } as const;
      const token = createIssuer(options).mint({ sub: "42", type: "access", fresh: false, csrf: UUID, role: "admin" });
      const named = createIssuer({ ...options, issuer: "flask", audience: "api" }).mint({ sub: "42" });
      const whose = createIssuer({ ...options, identityClaim: "uid" }).mint({ uid: "42", type: "refresh" });
      const expected = { JWT_DECODE_ISSUER: "flask", JWT_DECODE_AUDIENCE: "api" };
      const answers = await results<unknown>(EXTENDED, [
        { config: { ...config, JWT_COOKIE_CSRF_PROTECT: false }, token },
        { config: { ...config, ...expected }, token: named },
        { config: identified, token: whose },
        { config: { ...config, ...expected }, token },
        { config, token: `${token}A` },
        { config, token: whose },
      ]);
      expect(answers[0]).toMatchObject({ sub: "42", type: "access", fresh: false, csrf: UUID, role: "admin" });
      expect(answers[1]).toMatchObject({ sub: "42", iss: "flask", aud: "api", type: "access", fresh: false });
      expect(answers[2]).toMatchObject({ uid: "42", type: "refresh" });
      expect(answers.slice(3)).toEqual(["MissingRequiredClaimError", "InvalidSignatureError", "JWTDecodeError"]);
    });
  },
);
