import { randomBytes } from "node:crypto";
import { hashSync } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import type { AccountParts } from "../../dist/accounts/account-parts.js";
import { logIn } from "../../dist/accounts/log-in.js";
import { signUp } from "../../dist/accounts/sign-up.js";
import { AuthError } from "../../dist/errors/auth-error.js";
import { createLimits } from "../../dist/limits/create-limits.js";
import { createPasswords, type Passwords } from "../../dist/passwords/create-passwords.js";
import { openParts } from "./account-parts.js";

const PASSWORD = "seven wild geese at dawn";
const INVALID = { name: "AuthError", code: "invalid_credentials" };
const parts = await openParts();

let users = 0;
async function newUser() {
  const username = `user ${users++}`;
  const { userId } = await signUp(parts, { username, password: PASSWORD }, {});
  return { username, userId };
}

/** The hash of a user, as it is stored. */
async function hashOf(userId: string): Promise<string> {
  return (await parts.store.users.findById(userId))?.passwordHash ?? "";
}

/** Gives a user a hash of an older cost. */
async function outdate(userId: string): Promise<string> {
  const old = hashSync(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
  expect(await parts.store.users.replacePasswordHash(userId, await hashOf(userId), old)).toBe(true);
  return old;
}

/** The same parts, with something that happens right after a password was checked. */
function afterEachCheck(happens: () => Promise<unknown>): AccountParts {
  const passwords: Passwords = {
    ...parts.passwords,
    async verify(password, hash) {
      const verdict = await parts.passwords.verify(password, hash);
      await happens();
      return verdict;
    },
  };
  return { ...parts, passwords };
}

describe("log-in", () => {
  it("costs one hash, whether or not there is such a user and whether or not the password is right", async () => {
    const { username } = await newUser();
    let checks = 0;
    const counted = afterEachCheck(async () => {
      checks += 1;
    });
    await logIn(counted, { username, password: PASSWORD }, {});
    expect(checks).toBe(1);
    await expect(logIn(counted, { username, password: "other password" }, {})).rejects.toMatchObject(INVALID);
    expect(checks).toBe(2);
    await expect(logIn(counted, { username: "nobody", password: PASSWORD }, {})).rejects.toMatchObject(INVALID);
    expect(checks).toBe(3);
    await expect(logIn(counted, { username: "\0", password: PASSWORD }, {})).rejects.toMatchObject(INVALID);
    expect(checks).toBe(4);
  });

  it("counts for one account however its name is typed, and for a text that is no name as it was typed", async () => {
    const { username } = await newUser();
    const counted: (string | undefined)[] = [];
    const limits: AccountParts["limits"] = {
      ...parts.limits,
      attempt(whose, check) {
        counted.push(whose.account);
        return parts.limits.attempt(whose, check);
      },
    };
    for (const typed of [username, username.toUpperCase(), "\0"]) {
      await logIn({ ...parts, limits }, { username: typed, password: PASSWORD }, {}).catch(() => {});
    }
    expect(counted).toEqual([username, username, "\0"]);
  });

  it("is a success for the limits with the right password only", async () => {
    const { username } = await newUser();
    const told: string[] = [];
    const limits: AccountParts["limits"] = {
      ...parts.limits,
      attempt: (whose, check) =>
        parts.limits.attempt(whose, () =>
          check({
            succeeded: () => void told.push("succeeded"),
            failed: () => void told.push("failed"),
            withdraw: () => void told.push("withdrawn"),
          }),
        ),
    };
    for (const [name, password] of [
      [username, PASSWORD],
      [username, "other password"],
      ["nobody", PASSWORD],
    ] as const) {
      await logIn({ ...parts, limits }, { username: name, password }, {}).catch(() => {});
    }
    expect(told).toEqual(["succeeded", "failed", "failed"]);
  });

  it("begins no session where the password was changed while it was checked", async () => {
    const { username, userId } = await newUser();
    const from = await hashOf(userId);
    const to = await parts.passwords.hash("the new password");
    const changing = afterEachCheck(() => parts.store.users.replacePasswordHash(userId, from, to));
    await expect(logIn(changing, { username, password: PASSWORD }, {})).rejects.toMatchObject(INVALID);
    expect(parts.events.filter((event) => event.event === "user.logged_in" && event.user === userId)).toEqual([]);
    await expect(logIn(parts, { username, password: PASSWORD }, {})).rejects.toMatchObject(INVALID);
    expect((await logIn(parts, { username, password: "the new password" }, {})).userId).toBe(userId);
  });

  it("is checked once more where the user was changed meanwhile, and then no more", async () => {
    const { username, userId } = await newUser();
    let checks = 0;
    const changing = afterEachCheck(() => parts.store.users.setRoles(userId, [`role-${checks++}`]));
    await expect(logIn(changing, { username, password: PASSWORD }, {})).rejects.toMatchObject(INVALID);
    expect(checks).toBe(2);
    const once = afterEachCheck(async () => {
      if (checks++ === 2) await parts.store.users.setRoles(userId, ["editor"]);
    });
    const { token } = await logIn(once, { username, password: PASSWORD }, {});
    expect(parts.verifier.verifySync(token).roles).toEqual(["editor"]);
  });

  it("with a hash of an older cost succeeds where no new one can be made now, and hands on what is no refusal", async () => {
    const { username, userId } = await newUser();
    const old = await outdate(userId);
    const failing = (error: Error): AccountParts => ({
      ...parts,
      passwords: {
        ...parts.passwords,
        hash: async () => {
          throw error;
        },
      },
    });
    const busy = failing(new AuthError("unavailable"));
    expect((await logIn(busy, { username, password: PASSWORD }, {})).userId).toBe(userId);
    expect(await hashOf(userId)).toBe(old);
    const broken = failing(new RangeError("broken"));
    await expect(logIn(broken, { username, password: PASSWORD }, {})).rejects.toThrow(RangeError);
  });

  it("is refused before anything is counted where no password can be checked now, and a sign-up before its name is looked for", async () => {
    const { username } = await newUser();
    const passwords = createPasswords({ workers: 1, queue: 0 });
    const running = passwords.hash(PASSWORD);
    const touched: string[] = [];
    const attempts = new Proxy(parts.store.attempts, {
      get(target, name, receiver) {
        touched.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    const limits = createLimits({ store: { attempts }, secret: () => randomBytes(32) });
    const busy = { ...parts, passwords, limits };
    touched.length = 0;
    await expect(logIn(busy, { username, password: PASSWORD }, {})).rejects.toMatchObject({
      code: "unavailable",
      retryAfter: 1,
    });
    await expect(signUp(busy, { username, password: PASSWORD }, {})).rejects.toMatchObject({ code: "unavailable" });
    expect(touched).toEqual([]);
    await running;
    expect((await logIn(busy, { username, password: PASSWORD }, {})).user.username).toBe(username);
    expect(touched).not.toEqual([]);
    await limits.close();
    await passwords.close();
  });

  it("that fails is told to the log with the user, where there is one, and the address", async () => {
    const { username, userId } = await newUser();
    const caller = { address: "192.0.2.44" };
    for (const [name, user] of [
      [username, userId],
      ["nobody at all", undefined],
    ] as const) {
      await expect(logIn(parts, { username: name, password: "other password" }, caller)).rejects.toMatchObject(INVALID);
      expect(parts.events.at(-1)).toEqual({ event: "user.log_in_failed", user, ...caller });
    }
  });

  it("with a hash of an older cost makes a new one", async () => {
    const { username, userId } = await newUser();
    const old = await outdate(userId);
    expect((await logIn(parts, { username, password: PASSWORD }, {})).userId).toBe(userId);
    const hash = await hashOf(userId);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(hash).not.toBe(old);
    await logIn(parts, { username, password: PASSWORD }, {});
    expect(await hashOf(userId)).toBe(hash);
  });

  it("with a wrong password leaves an older hash as it is", async () => {
    const { username, userId } = await newUser();
    const old = await outdate(userId);
    await expect(logIn(parts, { username, password: "other password" }, {})).rejects.toMatchObject(INVALID);
    expect(await hashOf(userId)).toBe(old);
  });

  it("with a hash of an older cost does not undo a password that was changed meanwhile", async () => {
    const { username, userId } = await newUser();
    const old = await outdate(userId);
    const to = await parts.passwords.hash("the new password");
    const changing = afterEachCheck(() => parts.store.users.replacePasswordHash(userId, old, to));
    await expect(logIn(changing, { username, password: PASSWORD }, {})).rejects.toMatchObject(INVALID);
    expect(await hashOf(userId)).toBe(to);
  });

  it("with a hash of an older cost, from several places at once, succeeds for all of them", async () => {
    const { username, userId } = await newUser();
    await outdate(userId);
    const log = Array.from({ length: 4 }, () => logIn(parts, { username, password: PASSWORD }, {}));
    expect((await Promise.allSettled(log)).map((each) => each.status)).toEqual(Array(4).fill("fulfilled"));
    expect(await hashOf(userId)).toMatch(/m=19456,t=2,p=1/);
  });
});
