import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { hashSync } from "@node-rs/argon2";
import { afterAll, describe, expect, it } from "vitest";
import { createPasswords, type Passwords } from "../../dist/passwords/create-passwords.js";

const passwords = createPasswords({ workers: 2 });
afterAll(() => passwords.close());

const RIGHT = { matches: true, outdated: false };
const WRONG = { matches: false, outdated: false };
const UNAVAILABLE = { name: "AuthError", code: "unavailable", retryAfter: 1 };

describe("a hash", () => {
  it("is a PHC string of Argon2id at today's cost", async () => {
    expect(await passwords.hash("correct horse")).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/,
    );
  });

  it("is another one each time, and the password matches both", async () => {
    const [first, second] = await Promise.all([passwords.hash("correct horse"), passwords.hash("correct horse")]);
    expect(first).not.toBe(second);
    expect(await passwords.verify("correct horse", first)).toEqual(RIGHT);
    expect(await passwords.verify("correct horse", second)).toEqual(RIGHT);
  });

  it.each([
    ["1024 code points", "\u{1F511}".repeat(1024)],
    ["64 emoji", "\u{1F600}".repeat(64)],
    ["spaces around", "  correct horse  "],
    ["spaces only", " ".repeat(8)],
    ["NUL inside", "correct\0horse"],
  ])("of %s matches that password alone", async (_name, password) => {
    const hash = await passwords.hash(password);
    expect(await passwords.verify(password, hash)).toEqual(RIGHT);
    expect(await passwords.verify(password.slice(0, -2), hash)).toEqual(WRONG);
  });

  it.each([
    ["a space more", "correct horse", "correct horse "],
    ["another case", "correct horse", "Correct horse"],
    ["other text after NUL", "correct\0horse", "correct\0house"],
    ["other text after 72 equal bytes", `${"x".repeat(72)}a`, `${"x".repeat(72)}b`],
    ["compatible characters that NFC tells apart", "ﬁnger print", "finger print"],
  ])("does not match with %s", async (_name, password, other) => {
    expect(await passwords.verify(other, await passwords.hash(password))).toEqual(WRONG);
  });

  it("is the same for NFC and NFD", async () => {
    const [composed, decomposed] = ["Zoë Ångström", "Zoë Ångström".normalize("NFD")];
    expect(decomposed).not.toBe(composed);
    expect(await passwords.verify(decomposed, await passwords.hash(composed))).toEqual(RIGHT);
    expect(await passwords.verify(composed, await passwords.hash(decomposed))).toEqual(RIGHT);
  });

  it.each([
    ["1025 code points", "x".repeat(1025)],
    ["a lone surrogate", "correct\uD800horse"],
  ])("is not made of %s", async (_name, password) => {
    await expect(passwords.hash(password)).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ field: "password" }],
    });
    expect(await passwords.verify(password, await passwords.hash("correct horse"))).toEqual(WRONG);
  });
});

describe("a stored hash", () => {
  it("of nobody matches nothing, not even the empty password", async () => {
    expect(await passwords.verify("correct horse", undefined)).toEqual(WRONG);
    expect(await passwords.verify("", undefined)).toEqual(WRONG);
  });

  it("of another cost matches and is outdated", async () => {
    const cheap = hashSync("correct horse", { memoryCost: 7168, timeCost: 5, parallelism: 1 });
    expect(await passwords.verify("correct horse", cheap)).toEqual({ matches: true, outdated: true });
  });
});

describe("the queue", () => {
  it("refuses at once what is over its bound, and the rest is right", async () => {
    const small = createPasswords({ workers: 2, queue: 4 });
    const settled = await Promise.allSettled(
      Array.from({ length: 20 }, () => small.verify("correct horse", undefined)),
    );
    const [done, refused] = [settled.slice(0, 6), settled.slice(6)];
    for (const one of done) expect(one).toEqual({ status: "fulfilled", value: WRONG });
    for (const one of refused) expect(one).toMatchObject({ status: "rejected", reason: UNAVAILABLE });
    expect(await small.verify("correct horse", await small.hash("correct horse"))).toEqual(RIGHT);
    await small.close();
  });

  it("that one asker has filled takes others in, at the cost of that one, and serves them next", async () => {
    const small = createPasswords({ workers: 1, queue: 8 });
    const order: string[] = [];
    const ask = (asker: string) =>
      small.verify("correct horse", undefined, asker).then(
        () => order.push(asker),
        (reason: unknown) => reason,
      );
    const flood = Array.from({ length: 20 }, () => ask("flood"));
    const others = [ask("one"), ask("other"), ask("one")];
    await Promise.all(others);
    // The thread has two already.
    expect(order).toEqual(["flood", "flood", "flood", "one", "other", "flood", "one"]);
    const refused = (await Promise.all(flood)).filter((answer) => typeof answer !== "number");
    expect(refused).toHaveLength(14);
    for (const reason of refused) expect(reason).toMatchObject(UNAVAILABLE);
    await small.close();
  });

  it("gives each caller its own answer under load", async () => {
    const names = Array.from({ length: 24 }, (_, index) => `password of user ${index}`);
    const hashes = await Promise.all(names.map((name) => passwords.hash(name)));
    const verdicts = await Promise.all(
      hashes.map((hash, index) => passwords.verify(`password of user ${index - (index % 2)}`, hash)),
    );
    expect(verdicts.map((verdict) => verdict.matches)).toEqual(names.map((_, index) => index % 2 === 0));
  });

  it.each([{ workers: 0 }, { workers: 1.5 }, { workers: Number.NaN }, { queue: -1 }])("cannot have %o", (options) => {
    expect(() => createPasswords(options)).toThrow(TypeError);
  });
});

describe("the workers", () => {
  const canTell = existsSync("/proc/thread-self") && getPriority() < constants.priority.PRIORITY_LOW;

  it.runIf(canTell)("run at background priority, and nothing else does", async () => {
    await passwords.hash("correct horse");
    const priorities = readdirSync("/proc/self/task").map((thread) => getPriority(Number(thread)));
    const low = priorities.filter((priority) => priority === constants.priority.PRIORITY_LOW);
    expect(low.length).toBeGreaterThanOrEqual(1);
    expect(low.length).toBeLessThanOrEqual(2);
    expect(getPriority(process.pid)).toBeLessThan(constants.priority.PRIORITY_LOW);
  });

  it.each([
    ["let the process end while they have no job", "passwords;", ""],
    [
      "keep it alive while they have one",
      'passwords.hash("correct horse").then((hash) => console.log(hash.length));',
      "97\n",
    ],
  ])("%s", async (_name, code, printed) => {
    const module = new URL("../../dist/passwords/create-passwords.js", import.meta.url).href;
    const script = `import { createPasswords } from "${module}"; const passwords = createPasswords(); ${code}`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stdout).toBe(printed);
  });

  it("that die fail their job alone and are replaced", async () => {
    const { passwords: mortal, worker } = await createWatched();
    const [failed, waited] = [mortal.hash("correct horse"), mortal.hash("correct horse")];
    await worker.terminate();
    await expect(failed).rejects.toMatchObject(UNAVAILABLE);
    expect(await mortal.verify("correct horse", await waited)).toEqual(RIGHT);
    await mortal.close();
  });

  it("that die between two jobs are replaced unnoticed", async () => {
    const { passwords: mortal, worker } = await createWatched();
    await mortal.hash("correct horse");
    await worker.terminate();
    expect(await mortal.verify("correct horse", undefined)).toEqual(WRONG);
    await mortal.close();
  });

  it("that throw answer with the cause for the log", async () => {
    const { passwords: mortal, worker } = await createWatched();
    const failed = mortal.hash("correct horse");
    worker.emit("error", new Error("out of memory"));
    await expect(failed).rejects.toMatchObject({ ...UNAVAILABLE, cause: { message: "out of memory" } });
    await mortal.close();
  });
});

describe("close", () => {
  it("finishes what the workers have, refuses what waits and what comes later, and ends them", async () => {
    const { passwords: closing, worker } = await createWatched();
    const ended = once(worker, "exit");
    const running = closing.verify("correct horse", undefined);
    const ready = closing.verify("correct horse", undefined);
    const waiting = expect(closing.hash("correct horse")).rejects.toMatchObject(UNAVAILABLE);
    await closing.close();
    await ended;
    await waiting;
    expect([await running, await ready]).toEqual([WRONG, WRONG]);
    await expect(closing.hash("correct horse")).rejects.toMatchObject(UNAVAILABLE);
    await closing.close();
  });
});

async function createWatched(): Promise<{ passwords: Passwords; worker: Worker }> {
  const watched = createPasswords({ workers: 1 });
  const [worker] = (await once(process, "worker")) as [Worker];
  return { passwords: watched, worker };
}
