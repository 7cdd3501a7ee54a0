import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { newSecret } from "../../dist/keys/master-key.js";
import { loadSqlite } from "../../dist/store/sqlite/load-sqlite.js";
import { newData } from "./new-data.js";
import { endAll, LATCHKEY, newFolder, type RunOptions, run } from "./run-server.js";

afterEach(endAll);

interface Finding {
  readonly setting: string;
  readonly verdict: "ok" | "weak";
  readonly found: string;
  readonly why?: string;
  readonly remedy?: string;
}

/** The findings on a configuration; the exit code must agree with them. */
async function check(parameters: readonly string[], options: RunOptions = {}): Promise<readonly Finding[]> {
  const { code, stdout, stderr } = await run(["check", "--json", ...parameters], options);
  const { ok, findings } = JSON.parse(stdout);
  expect(findings.every(({ verdict }: Finding) => verdict === "ok")).toBe(ok);
  expect({ code, stderr }).toEqual({ code: ok ? 0 : 78, stderr: "" });
  return findings;
}

function weakIn(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict === "weak");
}

async function setVersion(data: string, version: string): Promise<void> {
  const { DatabaseSync } = await loadSqlite();
  const connection = new DatabaseSync(join(data, "latchkey.db"));
  connection.prepare("update installation set value = ? where name = 'schema_version'").all(version);
  connection.close();
}

describe("latchkey check", () => {
  it("finds nothing weak before the first start, and makes nothing", async () => {
    const folder = newFolder();
    expect(weakIn(await check([], { folder }))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("tells every setting of a server behind a proxy, with nothing weak and no secret", async () => {
    const secret = newSecret();
    const data = await newData(secret);
    const environment = {
      LATCHKEY_SECRET: secret,
      LATCHKEY_DATA: data,
      LATCHKEY_URL: "https://auth.example.com",
      LATCHKEY_HOST: "0.0.0.0",
      LATCHKEY_PORT: "8080",
      LATCHKEY_ORIGINS: "https://app.example.com,http://localhost:5173",
      LATCHKEY_AUDIENCES: "todo-api",
      LATCHKEY_TRUSTED_PROXIES: "10.0.0.0/8,fc00::/7,2400:cb00::/32,::1",
      LATCHKEY_ALGORITHM: "EdDSA",
      LATCHKEY_ACCESS_SECONDS: "900",
      LATCHKEY_IDLE_SECONDS: "86400",
      LATCHKEY_ABSOLUTE_SECONDS: "604800",
      LATCHKEY_GRACE_SECONDS: "1",
      LATCHKEY_BRAND_NAME: "Four Cranes",
      LATCHKEY_BRAND_COLOR: "#1f6feb",
    };
    const findings = await check([], { environment });
    expect(weakIn(findings)).toEqual([]);
    expect(JSON.stringify(findings)).not.toContain(secret);
    const told = findings
      .filter(({ found }) => !found.includes("-wal"))
      .map(({ setting, found }) => `${setting}: ${found}`);
    expect(told.slice(1)).toEqual([
      "LATCHKEY_HOST: 0.0.0.0, port 8080",
      "LATCHKEY_URL: https://auth.example.com",
      "LATCHKEY_ORIGINS: https://app.example.com, http://localhost:5173",
      "LATCHKEY_AUDIENCES: https://auth.example.com, todo-api",
      "LATCHKEY_TRUSTED_PROXIES: 10.0.0.0/8, fc00::/7, 2400:cb00::/32, ::1",
      "LATCHKEY_ALGORITHM: EdDSA",
      "LATCHKEY_ACCESS_SECONDS: 900 s (15 minutes)",
      "LATCHKEY_ABSOLUTE_SECONDS: 604800 s (7 days)",
      "LATCHKEY_IDLE_SECONDS: 86400 s (1 day)",
      "LATCHKEY_GRACE_SECONDS: 1 s",
      "LATCHKEY_BRAND_NAME: Four Cranes",
      "LATCHKEY_BRAND_LOGO: none",
      "LATCHKEY_BRAND_COLOR: #1f6feb",
      `LATCHKEY_DATA: ${data} is its owner's alone`,
      `LATCHKEY_DATABASE: ${join(data, "latchkey.db")} is its owner's alone`,
      `LATCHKEY_DATABASE: ${join(data, "latchkey.db")} has schema version 1`,
      "LATCHKEY_SECRET: opens the keys in the database",
    ]);
  });

  it("finds nothing weak in what a server has made, and leaves it as it is", async () => {
    const data = await newData();
    const files = readdirSync(data);
    const contents = () => ["latchkey.db", "master.key"].map((file) => readFileSync(join(data, file), "base64"));
    const before = contents();
    expect(weakIn(await check(["--data", data]))).toEqual([]);
    expect(contents()).toEqual(before);
    // An empty log of SQLite's goes with whoever closes the database last.
    expect(files).toEqual(expect.arrayContaining(readdirSync(data)));
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string, RegExp]>([
    ["a variable that is misspelt", { LATCHKEY_ORIGNS: "x" }, "LATCHKEY_ORIGNS", /not known/],
    ["a url without TLS", { LATCHKEY_URL: "http://auth.example.com" }, "LATCHKEY_URL", /without TLS/],
    ["a url that only looks local", { LATCHKEY_URL: "http://localhost.example.com" }, "LATCHKEY_URL", /without TLS/],
    ["a url with a password", { LATCHKEY_URL: "https://ada:hunter2@example.com" }, "LATCHKEY_URL", /no user/],
    ["a url with a password and no TLS", { LATCHKEY_URL: "http://ada:hunter2@example.com" }, "LATCHKEY_URL", /no user/],
    ["a url that is none", { LATCHKEY_URL: "nonsense" }, "LATCHKEY_URL", /absolute/],
    ["a host beyond this machine and no url", { LATCHKEY_HOST: "0.0.0.0" }, "LATCHKEY_URL", /others can reach/],
    ["a port that is none", { LATCHKEY_PORT: "0" }, "LATCHKEY_PORT", /1 to 65535/],
    ["an origin without TLS", { LATCHKEY_ORIGINS: "http://app.example.com" }, "LATCHKEY_ORIGINS", /without TLS/],
    ["every origin", { LATCHKEY_ORIGINS: "*" }, "LATCHKEY_ORIGINS", /not an origin/],
    ["long access tokens", { LATCHKEY_ACCESS_SECONDS: "3601" }, "LATCHKEY_ACCESS_SECONDS", /hour/],
    ["access tokens of days", { LATCHKEY_ACCESS_SECONDS: "100000" }, "LATCHKEY_ACCESS_SECONDS", /a day at most/],
    ["no access tokens", { LATCHKEY_ACCESS_SECONDS: "0" }, "LATCHKEY_ACCESS_SECONDS", /from 1 to/],
    ["a duration that is no number", { LATCHKEY_IDLE_SECONDS: "7d" }, "LATCHKEY_IDLE_SECONDS", /whole number/],
    ["sessions of years", { LATCHKEY_ABSOLUTE_SECONDS: "40000000" }, "LATCHKEY_ABSOLUTE_SECONDS", /year/],
    [
      "an idle time that never comes",
      { LATCHKEY_IDLE_SECONDS: "101", LATCHKEY_ABSOLUTE_SECONDS: "100" },
      "LATCHKEY_IDLE_SECONDS",
      /in all/,
    ],
    ["a brand without a name", { LATCHKEY_BRAND_NAME: " " }, "LATCHKEY_BRAND_NAME", /visible/],
    ["a logo that is not there", { LATCHKEY_BRAND_LOGO: "no.png" }, "LATCHKEY_BRAND_LOGO", /ENOENT/],
    ["a colour by its name", { LATCHKEY_BRAND_COLOR: "teal" }, "LATCHKEY_BRAND_COLOR", /#1f6feb/],
    ["a long grace", { LATCHKEY_GRACE_SECONDS: "61" }, "LATCHKEY_GRACE_SECONDS", /minute/],
    [
      "an idle time that ends a session before it is refreshed",
      { LATCHKEY_IDLE_SECONDS: "600" },
      "LATCHKEY_IDLE_SECONDS",
      /^600 s \(10 minutes\) is no more than an access token lives/,
    ],
    [
      "a host beyond this machine at a url of this machine",
      { LATCHKEY_HOST: "0.0.0.0", LATCHKEY_URL: "http://localhost:4000" },
      "LATCHKEY_HOST",
      /others can reach/,
    ],
    ["a proxy that is not named", { LATCHKEY_URL: "https://auth.example.com" }, "LATCHKEY_TRUSTED_PROXIES", /^none/],
    [
      "half of the internet as a proxy",
      { LATCHKEY_TRUSTED_PROXIES: "10.0.0.1,128.0.0.0/1" },
      "LATCHKEY_TRUSTED_PROXIES",
      /^128\.0\.0\.0\/1 trusts/,
    ],
    ["a wide range of IPv4", { LATCHKEY_TRUSTED_PROXIES: "10.0.0.0/7" }, "LATCHKEY_TRUSTED_PROXIES", /trusts/],
    ["a wide range of IPv6", { LATCHKEY_TRUSTED_PROXIES: "2000::/3" }, "LATCHKEY_TRUSTED_PROXIES", /trusts/],
    ["more than the private ones", { LATCHKEY_TRUSTED_PROXIES: "fc00::/6" }, "LATCHKEY_TRUSTED_PROXIES", /trusts/],
    ["a range that only looks private", { LATCHKEY_TRUSTED_PROXIES: "fc::/8" }, "LATCHKEY_TRUSTED_PROXIES", /trusts/],
    ["every proxy", { LATCHKEY_TRUSTED_PROXIES: "0.0.0.0/0" }, "LATCHKEY_TRUSTED_PROXIES", /no range/],
    ["a proxy by its name", { LATCHKEY_TRUSTED_PROXIES: "proxy.local" }, "LATCHKEY_TRUSTED_PROXIES", /no address/],
    ["a database that ends with the process", { LATCHKEY_DATABASE: ":memory:" }, "LATCHKEY_DATABASE", /memory alone/],
    [
      "a database that cannot be made",
      { LATCHKEY_DATABASE: join(LATCHKEY, "data/latchkey.db") },
      "LATCHKEY_DATABASE",
      /main\.js is no folder/,
    ],
    ["a symmetric algorithm", { LATCHKEY_ALGORITHM: "HS256" }, "LATCHKEY_ALGORITHM", /asymmetric/],
    ["a database that is a url", { LATCHKEY_DATABASE: "mysql://a:hunter2@b/c" }, "LATCHKEY_DATABASE", /path/],
    ["a secret that is short", { LATCHKEY_SECRET: "hunter2" }, "LATCHKEY_SECRET", /32 random bytes/],
    ["an empty secret", { LATCHKEY_SECRET: "" }, "LATCHKEY_SECRET", /32 random bytes/],
    [
      "a secret that is not random",
      { LATCHKEY_SECRET: Buffer.alloc(32, "hunter2").toString("base64url") },
      "LATCHKEY_SECRET",
      /not random/,
    ],
  ])("tells of %s", async (_name, environment, setting, found) => {
    const folder = newFolder();
    const findings = await check([], { folder, environment });
    const weak = weakIn(findings);
    expect(weak.map((finding) => finding.setting)).toContain(setting);
    expect(weak.find((finding) => finding.setting === setting)).toMatchObject({
      found: expect.stringMatching(found),
      why: expect.stringMatching(/\.$/),
      remedy: expect.stringMatching(/./),
    });
    // One mistake is told once, and never as good too.
    expect(findings.filter((finding) => finding.setting === setting)).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|aHVudGVyM/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("shows neither the value of an unknown variable nor of a secret to people", async () => {
    const environment = { LATCHKEY_SECRTE: "hunter2", LATCHKEY_SECRET: "hunter2" };
    const { code, stdout, stderr } = await run(["check"], { environment });
    expect({ code, stderr }).toEqual({ code: 78, stderr: "" });
    expect(stdout).toMatch(/^WEAK {2}LATCHKEY_SECRTE: .+\n {6}why: .+\n {6}do: {2}.+$/m);
    expect(stdout).toMatch(/^ok {4}LATCHKEY_URL: http:\/\/localhost:4000$/m);
    expect(stdout).not.toContain("hunter2");
  });

  it.each([
    ["the data folder", "", "LATCHKEY_DATA"],
    ["the database", "latchkey.db", "LATCHKEY_DATABASE"],
    ["the master key", "master.key", "master.key"],
  ])("tells of %s that others can read", async (_name, file, setting) => {
    const data = await newData();
    chmodSync(join(data, file), file === "" ? 0o755 : 0o644);
    const weak = weakIn(await check(["--data", data]));
    expect(weak.map((finding) => finding.setting)).toContain(setting);
    expect(weak[0]?.remedy).toMatch(/^chmod [67]00 /);
  });

  it.each([
    ["a newer", "99", /99/, /Upgrade/],
    ["an older", "0", /0/, /latchkey migrate/],
  ])("tells of %s schema, and leaves it", async (_name, version, found, remedy) => {
    const data = await newData();
    await setVersion(data, version);
    for (const _ of [1, 2]) {
      const weak = weakIn(await check(["--data", data]));
      expect(weak).toEqual([expect.objectContaining({ setting: "LATCHKEY_DATABASE" })]);
      expect(weak[0]).toMatchObject({ found: expect.stringMatching(found), remedy: expect.stringMatching(remedy) });
    }
  });

  it("tells of a secret that is another one than that of the database, or missing", async () => {
    const data = await newData();
    const other = await check(["--data", data], { environment: { LATCHKEY_SECRET: newSecret() } });
    expect(weakIn(other)).toEqual([expect.objectContaining({ setting: "LATCHKEY_SECRET" })]);
    const sealed = await newData(newSecret());
    expect(existsSync(join(sealed, "master.key"))).toBe(false);
    expect(weakIn(await check(["--data", sealed]))[0]?.found).toMatch(/missing/);
  });

  it("tells of a database that is no database", async () => {
    const data = await newData();
    const database = join(newFolder(), "latchkey.db");
    writeFileSync(database, "no database, though it is long enough to be looked at\n".repeat(100), { mode: 0o600 });
    const weak = weakIn(await check(["--data", data, "--database", database]));
    expect(weak).toEqual([expect.objectContaining({ setting: "LATCHKEY_DATABASE" })]);
    expect(weakIn(await check(["--data", data, "--database", newFolder()]))).not.toEqual([]);
  });
});
