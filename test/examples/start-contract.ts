import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { newSecret, runFile } from "./run-example.js";

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const UNFIT: readonly (readonly [what: string, secret: string | undefined])[] = [
  ["that is missing", undefined],
  ["that is empty", ""],
  ["of a tutorial", "sherpaSecret"],
  ["of 31 bytes", newSecret().slice(0, 31)],
  ["that is published, long as it is", "a-string-secret-at-least-256-bits-long"],
  ["that is published, in base64", Buffer.from("a-string-secret-at-least-256-bits-long").toString("base64")],
  ["of one letter", "s".repeat(64)],
  ["that is a public key", publicKey.export({ type: "spki", format: "pem" }).toString()],
];

/** How every example starts, or does not. */
export function describeStart(name: string, setting: string): void {
  it.each(UNFIT)("does not start with a secret %s: exit code 78, and a sentence without it", async (_what, secret) => {
    const ended = await runFile(`${name}/main.mjs`, { settings: secret === undefined ? {} : { [setting]: secret } });
    expect(ended).toMatchObject({ code: 78, stdout: "" });
    expect(ended.stderr).toMatch(new RegExp(`^${setting} (is missing|will not do).*\\.\\n$`));
    if (secret) expect(ended.stderr).not.toContain(secret.slice(0, 12));
  });

  it.each(["70000", "-1", "80a", "1e3", " 80"])("does not start with the port %o", async (port) => {
    const ended = await runFile(`${name}/main.mjs`, { settings: { [setting]: newSecret(), PORT: port } });
    expect(ended).toMatchObject({ code: 78, stdout: "", stderr: "PORT must be a number from 0 to 65535.\n" });
  });

  it("does not start where another program has the port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const ended = await runFile(`${name}/main.mjs`, { settings: { [setting]: newSecret(), PORT: String(port) } });
    other.close();
    expect(ended).toMatchObject({ code: 78, stdout: "" });
    expect(ended.stderr).toMatch(/^PORT is not free: .*\n$/);
  });
}
