import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from "jose";
import { createAuth, type Grant } from "latchkey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bareEnvironment,
  type Ended,
  endAll,
  LATCHKEY,
  newFolder,
  PASSWORD,
  type RunOptions,
  run,
} from "./run-server.js";

const URL_OF_SERVER = "http://localhost:4000";
const HOUR = 3_600_000;
const CHECKS = ["shape", "key", "type", "signature", "payload", "times", "issuer", "audience", "claims", "revocation"];

interface Report {
  readonly accepted: boolean;
  readonly checks: readonly { check: string; verdict: string; reason?: string }[];
}

afterAll(endAll);

/** An access token of an account that is made in the data of a server, as it was some milliseconds ago. */
async function tokenIn(data: string, username: string, { ago = 0, logOut = false } = {}): Promise<Grant> {
  const now = () => Date.now() - ago;
  const auth = await createAuth({ database: join(data, "latchkey.db"), data, url: URL_OF_SERVER, now });
  try {
    const grant = await auth.signUp({ username, password: PASSWORD });
    if (logOut) await auth.logOut({ accessToken: grant.token });
    return grant;
  } finally {
    await auth.close();
  }
}

/** Asks the command; whatever it answers, it must show neither token nor stack. */
async function explain(token: string, parameters: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run(["token", "explain", ...parameters], options);
  const printed = ended.stdout + ended.stderr;
  for (const part of [token, ...token.split(".")].filter((text) => text.length > 16)) {
    expect(printed).not.toContain(part);
  }
  expect(printed).not.toMatch(/\n {4}at /);
  return ended;
}

function reportOf({ stdout, stderr }: Ended): Report {
  expect(stderr).toBe("");
  const report: Report = JSON.parse(stdout);
  expect(report.checks.map(({ check }) => check)).toEqual(CHECKS);
  return report;
}

/** The checks that failed, with their reasons. */
function failuresOf(report: Report): readonly string[] {
  return report.checks.filter(({ verdict }) => verdict === "failed").map(({ check, reason }) => `${check}: ${reason}`);
}

describe("latchkey token explain, for the tokens of its own server", () => {
  let data: string;
  let tokens: Record<"good" | "expired" | "revoked" | "other" | "forged" | "garbage", string>;

  beforeAll(async () => {
    data = join(newFolder(), "data");
    const good = (await tokenIn(data, "ada")).token;
    const [header = "", payload = "", signature = ""] = good.split(".");
    tokens = {
      good,
      expired: (await tokenIn(data, "bob", { ago: HOUR })).token,
      revoked: (await tokenIn(data, "eve", { logOut: true })).token,
      other: (await tokenIn(join(newFolder(), "data"), "ada")).token,
      forged: [header, payload, signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`].join(
        ".",
      ),
      garbage: "this is no token at all",
    };
  });

  it("accepts a good one, given as an argument, with exit code 0 and every check", async () => {
    const { code, stdout, stderr } = await explain(tokens.good, ["--data", data, tokens.good]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toEqual([...CHECKS.map((check) => `ok  ${check}`), "The token is accepted."]);
  });

  it.each([
    ["as it is", (token: string) => token],
    ["with a line end", (token: string) => `${token}\n`],
    ["with the ends of lines of Windows", (token: string) => `\r\n ${token} \r\n`],
    ["as in a header", (token: string) => `Bearer ${token}\n`],
    ["as in a header in small letters", (token: string) => `bearer   ${token}`],
  ])("accepts a good one on standard input, %s", async (_name, written) => {
    const ended = await explain(tokens.good, ["--json", "--data", data], { input: written(tokens.good) });
    expect(ended.code).toBe(0);
    expect(reportOf(ended)).toEqual({
      accepted: true,
      checks: CHECKS.map((check) => ({ check, verdict: "passed" })),
    });
  });

  it("takes the Bearer before the token in one argument too", async () => {
    expect((await explain(tokens.good, ["--data", data, `Bearer ${tokens.good}`])).code).toBe(0);
  });

  it.each(["", " \n", "Bearer "])("asks for a token where it gets %j", async (text) => {
    const { code, stdout, stderr } = await explain(text, ["--data", data], { input: text });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe("error: no token was given, as an argument or on standard input\n");
  });

  it.each(["--issuer", "--audience", "--profile"])("does not take %s without the keys of the issuer", async (flag) => {
    const { code, stderr } = await explain(tokens.good, ["--data", data, flag, "jwt"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`'${flag}' goes with --jwks`);
  });

  it("reads a standard input that is slow to come", async () => {
    const child = spawn(process.execPath, [LATCHKEY, "token", "explain", "--data", data], {
      cwd: newFolder(),
      env: bareEnvironment(),
      stdio: ["pipe", "ignore", "inherit"],
    });
    const ended = once(child, "close");
    const half = tokens.good.length / 2;
    await new Promise<void>((resolve) => child.stdin.write(tokens.good.slice(0, half), () => resolve()));
    // No event tells that it waits for more: twice the time that a start takes.
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 700))]);
    child.stdin.end(tokens.good.slice(half));
    expect(await ended).toEqual([0, null]);
  });

  it.each([
    ["expired", "times: expired"],
    ["revoked", "revocation: revoked"],
    ["other", "key: key_unknown"],
    ["forged", "signature: bad_signature"],
    ["garbage", "shape: wrong_segments"],
  ] as const)("refuses one that is %s with exit code 1 and the reason", async (name, failure) => {
    const token = tokens[name];
    const json = await explain(token, ["--json", "--data", data], { input: token });
    expect(json.code).toBe(1);
    const report = reportOf(json);
    expect(report.accepted).toBe(false);
    expect(failuresOf(report)).toEqual([failure]);

    const text = await explain(token, ["--data", data, token]);
    expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 1, stderr: "" });
    const lines = text.stdout.trimEnd().split("\n");
    expect(lines.filter((line) => line.startsWith("NO  "))).toEqual([
      expect.stringMatching(new RegExp(`^NO  ${failure.split(":")[0]} +[A-Z].*\\.`)),
    ]);
    expect(lines).toHaveLength(CHECKS.length + 1);
    expect(lines.at(-1)).toBe("The token is refused.");
  });

  it("finds the data by the variables too, and tells a token of another url", async () => {
    const environment = { LATCHKEY_DATA: data, LATCHKEY_URL: "https://auth.example.com" };
    const ended = await explain(tokens.good, ["--json", tokens.good], { environment });
    expect(ended.code).toBe(1);
    expect(failuresOf(reportOf(ended))).toEqual(["issuer: wrong_issuer", "audience: wrong_audience"]);
  });

  it("makes no server where there is none", async () => {
    const folder = newFolder();
    const { code, stdout, stderr } = await explain(tokens.good, [tokens.good], { folder });
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
    expect(stderr).toMatch(/^latchkey: .*database.*\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("shows nothing of a header that a terminal would obey", async () => {
    const kid = "\u001b[31m\u009b2J\u0085\u202e\u2028\u{e0041}";
    const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid })).toString("base64url");
    const token = [header, ...tokens.good.split(".").slice(1)].join(".");
    for (const format of [["--json"], []]) {
      const ended = await explain(token, [...format, "--data", data], { input: token });
      expect(ended.code).toBe(1);
      expect(ended.stdout.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      if (format.length > 0) expect(JSON.parse(ended.stdout).checks[1].actual).toBe(kid);
    }
  });
});

describe("latchkey token explain, for the tokens of another issuer", () => {
  const ISSUER = "https://login.example.com";
  const AUDIENCE = "todo-api";
  const WANTED = ["--issuer", ISSUER, "--audience", AUDIENCE, "--profile", "jwt"];
  let privateKey: GenerateKeyPairResult["privateKey"];
  let jwk: JWK;
  let jwks: string;

  beforeAll(async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    privateKey = pair.privateKey;
    jwk = { ...(await exportJWK(pair.publicKey)), kid: "2026-11", alg: "ES256", use: "sig" };
    jwks = written(JSON.stringify({ keys: [jwk] }));
  });

  function written(text: string): string {
    const path = join(newFolder(), "jwks.json");
    writeFileSync(path, text);
    return path;
  }

  async function minted({
    issuer = ISSUER,
    audience = AUDIENCE,
    from = 0,
    kid = "2026-11",
    key = privateKey,
  } = {}): Promise<string> {
    const made = Math.floor(Date.now() / 1000) + from;
    const claims = new SignJWT({}).setSubject("42").setIssuer(issuer).setAudience(audience);
    const times = claims.setIssuedAt(made).setExpirationTime(made + 600);
    return times.setProtectedHeader({ alg: "ES256", typ: "JWT", kid }).sign(key);
  }

  it("accepts one by the keys in a file, with no data of a server", async () => {
    const folder = newFolder();
    const token = await minted();
    expect((await explain(token, ["--jwks", jwks, ...WANTED, token], { folder })).code).toBe(0);
    const ended = await explain(token, ["--json", "--jwks", jwks, ...WANTED], { folder, input: token });
    expect(reportOf(ended).accepted).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses one that is expired, of another issuer, for another audience, of another key or forged", async () => {
    const other = await generateKeyPair("ES256");
    const cases = [
      [await minted({ from: -3600 }), "times: expired"],
      [await minted({ issuer: "https://evil.example.com" }), "issuer: wrong_issuer"],
      [await minted({ audience: "mail-api" }), "audience: wrong_audience"],
      [await minted({ kid: "2025-11" }), "key: key_unknown"],
      [await minted({ key: other.privateKey }), "signature: bad_signature"],
    ] as const;
    for (const [token, failure] of cases) {
      const ended = await explain(token, ["--json", "--jwks", jwks, ...WANTED], { input: token });
      expect(ended.code).toBe(1);
      expect(failuresOf(reportOf(ended))).toEqual([failure]);
    }
  });

  it("leaves out the keys of a set that are for another use or of an unknown type", async () => {
    const rsa = await generateKeyPair("RSA-OAEP", { extractable: true });
    const encryption = { ...(await exportJWK(rsa.publicKey)), kid: "enc", alg: "RSA-OAEP", use: "enc" };
    const set = written(
      JSON.stringify({ keys: [encryption, { kty: "AKP", kid: "new", alg: "ML-DSA-44", pub: "AA" }, jwk] }),
    );
    const token = await minted();
    expect((await explain(token, ["--jwks", set, ...WANTED, token])).code).toBe(0);
  });

  it.each([
    ["is missing", () => join(newFolder(), "missing.json")],
    ["is a folder", () => newFolder()],
    ["is not JSON", () => written("hunter2 { is no JSON")],
    ["is null", () => written("null")],
    ["holds no set", () => written(JSON.stringify(jwk))],
    ["holds no key", () => written('{"keys":[]}')],
    ["holds what is no key", () => written('{"keys":[1,null,"hunter2"]}')],
    ["holds a broken key", () => written(JSON.stringify({ keys: [{ ...jwk, x: "AAAA" }] }))],
  ])("ends with exit code 78 and a plain message where the file %s", async (_name, pathOf) => {
    const token = await minted();
    const path = pathOf();
    const { code, stdout, stderr } = await explain(token, ["--jwks", path, ...WANTED, token]);
    expect({ code, stdout }, stderr).toEqual({ code: 78, stdout: "" });
    expect(stderr).toMatch(/^latchkey: .+\n$/);
    expect(stderr).not.toMatch(/hunter2|undefined|destructure|properties of|Unexpected/);
    expect(stderr).toContain(path);
  });

  it("asks for issuer and audience where the layout needs them", async () => {
    const token = await minted();
    const { code, stderr } = await explain(token, ["--jwks", jwks, token]);
    expect(code).toBe(78);
    expect(stderr).toMatch(/^latchkey: .*issuer.*audience.*\n$/);
  });

  it("shows no token that stands in the place of a command", async () => {
    const token = await minted();
    for (const parameters of [[token], ["token", token], ["serve", token], ["token", "explain", token, token]]) {
      const { code, stdout, stderr } = await run(parameters);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain(token.split(".")[2]);
    }
  });
});
