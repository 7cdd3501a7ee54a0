import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AttemptRow, Rotation, SessionRow, Store, UserRow } from "../../dist/store/store.js";
import { accountContract } from "./account-contract.js";
import { keyRow, sessionRow, userRow } from "./rows.mjs";

/** A store under test on an empty database of its own. */
export interface Opened {
  readonly store: Store;
  /** One more store on the same database, as another server would open it. */
  another(): Promise<Store>;
  /** Closes all stores of the database and opens it again. */
  reopen(): Promise<Store>;
  /** Runs a statement past every store, where the database can be reached from elsewhere. */
  run?(statement: string): Promise<void>;
  /** Closes all stores and throws the database away. */
  discard(): Promise<void>;
}

/** What the database can do that not all can: be `shared` by several stores, and outlive them. */
export interface Abilities {
  readonly shared: boolean;
}

/** What a log-in has checked of a user as `userRow` makes them. */
const { passwordHash, roles } = userRow();
const checked = { passwordHash, roles };

/** Everything that `Store` promises, for any database. */
export function storeContract(name: string, open: () => Promise<Opened>, { shared }: Abilities): void {
  describe(`store contract: ${name}`, () => {
    let opened: Opened;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.discard());

    async function signedUp(parts: Partial<SessionRow> = {}): Promise<{ user: UserRow; session: SessionRow }> {
      const user = userRow();
      const session = sessionRow(user.id, parts);
      expect(await store.users.add(user, session)).toBe("added");
      return { user, session };
    }

    function next(parts: Partial<Rotation> = {}) {
      return { idleExpiresAt: Date.now() + 300_000, largestExp: 2000, roles: checked.roles, ...parts };
    }

    function access(largestExp: number) {
      return { largestExp, roles: checked.roles };
    }

    async function sessionNow(id: string): Promise<SessionRow> {
      const found = await store.sessions.findWithUser(id);
      if (found === undefined) throw new Error("The session is not there.");
      return found.session;
    }

    describe("users", () => {
      it("a user and the first session are found again as they were added", async () => {
        const { user, session } = await signedUp();
        expect(await store.users.findById(user.id)).toEqual(user);
        expect(await store.users.findByUsernameKey(user.usernameKey)).toEqual(user);
        expect(await store.sessions.findWithUser(session.id)).toEqual({ session, user, now: expect.any(Number) });
      });

      it("what is not there is undefined", async () => {
        expect(await store.users.findById("nobody")).toBeUndefined();
        expect(await store.users.findByUsernameKey("nobody")).toBeUndefined();
        expect(await store.sessions.findWithUser("nothing")).toBeUndefined();
      });

      it("a taken username is told, and neither user nor session are added", async () => {
        const { user } = await signedUp();
        const second = userRow({ usernameKey: user.usernameKey });
        const session = sessionRow(second.id);
        expect(await store.users.add(second, session)).toBe("username_taken");
        expect(await store.users.findById(second.id)).toBeUndefined();
        expect(await store.sessions.findWithUser(session.id)).toBeUndefined();
      });

      it("a taken e-mail address is told", async () => {
        const { user } = await signedUp();
        const second = userRow({ emailKey: user.emailKey });
        expect(await store.users.add(second, sessionRow(second.id))).toBe("email_taken");
        expect(await store.users.findById(second.id)).toBeUndefined();
      });

      it("of both taken, by one user or by two, the username is told", async () => {
        const one = await signedUp();
        const two = await signedUp();
        const both = userRow({ usernameKey: one.user.usernameKey, emailKey: one.user.emailKey });
        const each = userRow({ usernameKey: one.user.usernameKey, emailKey: two.user.emailKey });
        expect(await store.users.add(both, sessionRow(both.id))).toBe("username_taken");
        expect(await store.users.add(each, sessionRow(each.id))).toBe("username_taken");
      });

      it("any number of users have no e-mail address", async () => {
        for (let count = 0; count < 3; count += 1) {
          const user = userRow({ email: null, emailKey: null });
          expect(await store.users.add(user, sessionRow(user.id))).toBe("added");
          expect(await store.users.findById(user.id)).toEqual(user);
        }
      });

      it("a user whose session cannot be added is not added either", async () => {
        const { session } = await signedUp();
        const user = userRow();
        await expect(store.users.add(user, sessionRow(user.id, { id: session.id }))).rejects.toThrow();
        expect(await store.users.findById(user.id)).toBeUndefined();
        await signedUp();
      });

      it("of parallel sign-ups with one username one is added", async () => {
        const users = Array.from({ length: 20 }, () => userRow({ usernameKey: "wanted" }));
        const answers = await Promise.all(users.map((user) => store.users.add(user, sessionRow(user.id))));
        expect(answers.filter((answer) => answer === "added")).toHaveLength(1);
        expect(answers.filter((answer) => answer === "username_taken")).toHaveLength(19);
      });

      it("a password hash is replaced only where it is still the one that was read", async () => {
        const { user } = await signedUp();
        expect(await store.users.replacePasswordHash(user.id, "another", "hash-2")).toBe(false);
        expect(await store.users.replacePasswordHash("nobody", "hash-1", "hash-2")).toBe(false);
        expect(await store.users.replacePasswordHash(user.id, "hash-1", "hash-2")).toBe(true);
        expect(await store.users.replacePasswordHash(user.id, "hash-1", "hash-3")).toBe(false);
        expect((await store.users.findById(user.id))?.passwordHash).toBe("hash-2");
      });

      it("text with quotes and of other scripts is kept as it is", async () => {
        const user = userRow({ username: `O'Brien "Ω" ; drop table users --`, roles: [`a"b`, "", "日本"] });
        const session = sessionRow(user.id, { userAgent: null, address: null, amr: [] });
        expect(await store.users.add(user, session)).toBe("added");
        expect(await store.sessions.findWithUser(session.id)).toMatchObject({ session, user });
      });
    });

    describe("sessions", () => {
      it("a session starts where the hash that was checked is still there", async () => {
        const { user } = await signedUp();
        const session = sessionRow(user.id, { transport: "cookie" });
        expect(await store.sessions.start(session, checked)).toEqual([]);
        expect(await sessionNow(session.id)).toEqual(session);
      });

      it("no session starts after the hash has changed, or for a user who is not there", async () => {
        const { user } = await signedUp();
        await store.users.replacePasswordHash(user.id, "hash-1", "hash-2");
        const session = sessionRow(user.id);
        expect(await store.sessions.start(session, checked)).toBeUndefined();
        expect(await store.sessions.start(sessionRow("nobody"), checked)).toBeUndefined();
        expect(await store.sessions.findWithUser(session.id)).toBeUndefined();
      });

      it.each(["name\0rest", "half \ud800"])(
        "a name like %j is not cut to another one, it is refused",
        async (text) => {
          const { user } = await signedUp();
          await expect(store.users.findByUsernameKey(`${user.usernameKey}${text}`)).rejects.toThrow(TypeError);
          const other = { ...userRow(), usernameKey: `${user.usernameKey}\0` };
          await expect(store.users.add(other, sessionRow(other.id))).rejects.toThrow(TypeError);
        },
      );

      it("a rotation moves the generation by one and notes when, and how long the session may be idle now", async () => {
        const { session } = await signedUp();
        const rotation = next();
        const before = await store.now();
        const rotatedAt = await store.sessions.rotate(session.id, 0, rotation);
        const rotated = await sessionNow(session.id);
        expect(rotated.rotatedAt).toBe(rotatedAt);
        expect(rotated.rotatedAt).toBeGreaterThanOrEqual(before);
        expect(rotated.rotatedAt).toBeLessThanOrEqual(await store.now());
        expect(rotated).toEqual({
          ...session,
          generation: 1,
          rotatedAt: rotated.rotatedAt,
          lastUsedAt: rotated.rotatedAt,
          idleExpiresAt: rotation.idleExpiresAt,
          largestExp: 2000,
        });
      });

      it("only the present generation rotates", async () => {
        const { session } = await signedUp();
        expect(await store.sessions.rotate(session.id, 1, next())).toBeUndefined();
        expect(await store.sessions.rotate(session.id, 0, next())).toEqual(expect.any(Number));
        expect(await store.sessions.rotate(session.id, 0, next())).toBeUndefined();
        expect(await store.sessions.rotate("nothing", 0, next())).toBeUndefined();
        expect((await sessionNow(session.id)).generation).toBe(1);
      });

      it("of a hundred parallel rotations of one generation one succeeds", async () => {
        const { session } = await signedUp();
        const answers = await Promise.all(
          Array.from({ length: 100 }, () => store.sessions.rotate(session.id, 0, next())),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect((await sessionNow(session.id)).generation).toBe(1);
      });

      it("the largest exp only grows, by a rotation and by a re-issue", async () => {
        const { session } = await signedUp();
        await store.sessions.rotate(session.id, 0, next({ largestExp: 500 }));
        expect((await sessionNow(session.id)).largestExp).toBe(1000);
        expect(await store.sessions.noteAccess(session.id, access(3000))).toBe(true);
        expect((await sessionNow(session.id)).largestExp).toBe(3000);
        expect(await store.sessions.noteAccess(session.id, access(2999))).toBe(true);
        expect((await sessionNow(session.id)).largestExp).toBe(3000);
      });

      it("a re-issue changes nothing but the largest exp and when the session was last used", async () => {
        const { session } = await signedUp({ lastUsedAt: 5 });
        const before = await store.now();
        await store.sessions.noteAccess(session.id, access(4000));
        const { lastUsedAt, ...noted } = await sessionNow(session.id);
        expect({ ...noted, lastUsedAt: 5 }).toEqual({ ...session, largestExp: 4000 });
        expect(lastUsedAt).toBeGreaterThanOrEqual(before);
        expect(lastUsedAt).toBeLessThanOrEqual(await store.now());
      });

      it("the last use never moves back, by a rotation or by a re-issue", async () => {
        const ahead = Date.now() + 3_600_000;
        const { session } = await signedUp({ lastUsedAt: ahead });
        expect(await store.sessions.noteAccess(session.id, access(4000))).toBe(true);
        expect((await sessionNow(session.id)).lastUsedAt).toBe(ahead);
        expect(await store.sessions.rotate(session.id, 0, next())).toEqual(expect.any(Number));
        expect((await sessionNow(session.id)).lastUsedAt).toBe(ahead);
      });

      it("an ended session neither rotates nor notes an access", async () => {
        const { session } = await signedUp();
        await store.sessions.end(session.id, "log_out");
        expect(await store.sessions.rotate(session.id, 0, next())).toBeUndefined();
        expect(await store.sessions.noteAccess(session.id, access(9000))).toBe(false);
        expect((await sessionNow(session.id)).largestExp).toBe(1000);
      });

      it("a session whose time has passed, idle or in all, neither rotates nor notes an access", async () => {
        const past = Date.now() - 1;
        for (const parts of [{ idleExpiresAt: past }, { expiresAt: past }]) {
          const { session } = await signedUp(parts);
          expect(await store.sessions.rotate(session.id, 0, next())).toBeUndefined();
          expect(await store.sessions.noteAccess(session.id, access(9000))).toBe(false);
        }
      });

      it("an end is noted with its reason and answered with its revocation, until an hour and a minute after the largest exp", async () => {
        const { session } = await signedUp();
        await store.sessions.noteAccess(session.id, access(1234));
        const before = await store.now();
        const revocation = await store.sessions.end(session.id, "replay");
        expect(revocation).toEqual({
          seq: expect.any(Number),
          kind: "session",
          subject: session.id,
          before: null,
          until: 1_234_000 + 3_660_000,
        });
        const ended = await sessionNow(session.id);
        expect(ended.endedWhy).toBe("replay");
        expect(ended.endedAt).toBeGreaterThanOrEqual(before);
        expect(await store.revocations.since(0)).toEqual([revocation]);
      });

      it("a session ends once, however many ask, and an unknown one never", async () => {
        const { session } = await signedUp();
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => store.sessions.end(session.id, "ended_by_user")),
        );
        expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
        expect(await store.sessions.end(session.id, "log_out")).toBeUndefined();
        expect(await store.sessions.end("nothing", "log_out")).toBeUndefined();
        expect(await store.revocations.since(0)).toHaveLength(1);
        expect((await sessionNow(session.id)).endedWhy).toBe("ended_by_user");
      });
    });

    accountContract(() => opened, { shared });

    describe("revocations", () => {
      it("come in the order of their numbers, after the one that is known", async () => {
        const ends = [];
        for (let count = 0; count < 5; count += 1) {
          const { session } = await signedUp();
          ends.push(await store.sessions.end(session.id, "log_out"));
        }
        expect(await store.revocations.since(0)).toEqual(ends);
        expect(await store.revocations.since(ends[2]?.seq ?? 0)).toEqual(ends.slice(3));
        expect(await store.revocations.since(ends[4]?.seq ?? 0)).toEqual([]);
      });

      it("are forgotten once their time has passed, and their numbers never come again", async () => {
        const old = await signedUp({ largestExp: 1 });
        const recent = await signedUp({ largestExp: Math.floor(Date.now() / 1000) });
        const kept = await store.sessions.end(recent.session.id, "log_out");
        const past = await store.sessions.end(old.session.id, "log_out");
        expect(await store.revocations.forgetPast()).toBe(1);
        expect(await store.revocations.forgetPast()).toBe(0);
        expect(await store.revocations.since(0)).toEqual([kept]);
        const { session } = await signedUp();
        const following = await store.sessions.end(session.id, "log_out");
        expect(following?.seq).toBeGreaterThan(past?.seq ?? Number.POSITIVE_INFINITY);
      });
    });

    describe("keys", () => {
      const [a, b] = [keyRow("a"), keyRow("b", { purpose: "refresh" })];
      const later = keyRow("A", { signsFrom: a.signsFrom + 1 });

      it("are there as they were put, in the order in which they begin to sign", async () => {
        expect(await store.keys.list()).toEqual([]);
        expect(await store.keys.replace([], [later, b, a])).toBe(true);
        expect(await store.keys.list()).toEqual([a, b, later]);
      });

      it("are replaced where they are still those that were read, in whatever order", async () => {
        await store.keys.replace([], [a, b]);
        expect(await store.keys.replace([b, a], [a, later])).toBe(true);
        expect(await store.keys.list()).toEqual([a, later]);
        expect(await store.keys.replace([a, later], [])).toBe(true);
        expect(await store.keys.list()).toEqual([]);
      });

      it.each([
        ["none", []],
        ["fewer", [a]],
        ["more", [a, b, later]],
        ["others", [a, later]],
        ["others twice", [a, a]],
        ["some that were sealed otherwise", [a, { ...b, sealed: "another" }]],
        ["some that sign from another moment on", [a, { ...b, signsFrom: 0 }]],
        ["some that make other tokens", [a, { ...b, tokenSeconds: 1 }]],
      ])("stay, and revoke nothing, where %s were read", async (_what, read) => {
        await store.keys.replace([], [a, b]);
        expect(await store.keys.replace(read, [later], { revoked: "a" })).toBe(false);
        expect(await store.keys.list()).toEqual([a, b]);
        expect(await store.revocations.since(0)).toEqual([]);
      });

      it("are replaced only as long as there is time for it", async () => {
        const now = await store.now();
        expect(await store.keys.replace([], [a], { before: now })).toBe(false);
        expect(await store.keys.list()).toEqual([]);
        expect(await store.keys.replace([], [a], { before: now + 60_000 })).toBe(true);
        expect(await store.keys.list()).toEqual([a]);
      });

      it("are replaced all or not at all", async () => {
        await store.keys.replace([], [a]);
        await expect(store.keys.replace([a], [b, later, later], { revoked: "a" })).rejects.toThrow();
        expect(await store.keys.list()).toEqual([a]);
        expect(await store.revocations.since(0)).toEqual([]);
      });

      it("are revoked with the change, for good", async () => {
        await store.keys.replace([], [a, b]);
        expect(await store.keys.replace([a, b], [b], { revoked: "a" })).toBe(true);
        const revoked = [{ seq: expect.any(Number), kind: "key", subject: "a", before: null, until: null }];
        expect(await store.revocations.since(0)).toEqual(revoked);
        expect(await store.revocations.forgetPast()).toBe(0);
        expect(await store.revocations.since(0)).toEqual(revoked);
      });

      it("are replaced once where many have read the same", async () => {
        const sets = Array.from({ length: 10 }, (_, index) => [keyRow(`k${index}`)]);
        const answers = await Promise.all(sets.map((set) => store.keys.replace([], set)));
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect(await store.keys.list()).toHaveLength(1);
      });
    });

    describe("attempts", () => {
      const counter = (key: string, parts: Partial<AttemptRow> = {}): AttemptRow => {
        const later = Date.now() + 60_000;
        const times = { emptyAt: later, blockedUntil: 0, knownUntil: later + 1, changedAt: later - 5, forgetAt: later };
        return { key, attempts: 1, ...times, ...parts };
      };
      const put = (...rows: AttemptRow[]) => store.attempts.change([], () => ({ rows, answer: undefined }));

      it("are found again as they were decided, with the time, and those that are not there are left out", async () => {
        const rows = [counter("a"), counter("b", { attempts: 5_000_000_000 })];
        await put(...rows);
        const before = await store.now();
        const read = await store.attempts.find(["a", "nothing", "b"]);
        expect(read.rows).toEqual(rows);
        expect(read.now).toBeGreaterThanOrEqual(before);
        expect(read.now).toBeLessThanOrEqual(await store.now());
        expect((await store.attempts.find([])).rows).toEqual([]);
      });

      it("are replaced by what is decided on them, and the decision answers", async () => {
        await put(counter("a"), counter("b"));
        const next = counter("a", {
          attempts: 2,
          emptyAt: 1,
          blockedUntil: 2,
          knownUntil: 3,
          changedAt: 4,
          forgetAt: 5,
        });
        const answer = await store.attempts.change(["a", "nothing"], ({ rows, now }) => {
          expect(rows).toMatchObject([{ key: "a", attempts: 1 }]);
          expect(Math.abs(now - Date.now())).toBeLessThan(5000);
          return { rows: [next], answer: "decided" };
        });
        expect(answer).toBe("decided");
        expect((await store.attempts.find(["a", "b"])).rows).toMatchObject([next, { key: "b", attempts: 1 }]);
      });

      it("stay as they were where a decision throws", async () => {
        await put(counter("a"));
        const decision = store.attempts.change(["a"], () => {
          throw new RangeError("no");
        });
        await expect(decision).rejects.toThrow(RangeError);
        const unstorable = [counter("a", { attempts: 2 }), counter("half \ud800")];
        await expect(put(...unstorable)).rejects.toThrow(TypeError);
        expect((await store.attempts.find(["a"])).rows).toMatchObject([{ attempts: 1 }]);
      });

      it("lose none of a hundred changes at once", async () => {
        await countUp(Array.from({ length: 100 }, () => store));
        expect((await store.attempts.find(["counted"])).rows).toMatchObject([{ attempts: 100 }]);
      });

      it("are forgotten once their time has passed, however many", async () => {
        const past = Array.from({ length: 2500 }, (_, index) =>
          counter(`past ${index}`, { forgetAt: Date.now() - 1000 }),
        );
        await put(counter("a"), ...past);
        expect(await store.attempts.forgetPast()).toBe(2500);
        expect(await store.attempts.forgetPast()).toBe(0);
        expect((await store.attempts.find(["a", "past 0"])).rows).toMatchObject([{ key: "a" }]);
      });
    });

    /** Counts one key up by one in each of these stores. */
    async function countUp(stores: readonly Store[]): Promise<void> {
      const zero = {
        key: "counted",
        attempts: 0,
        emptyAt: 0,
        blockedUntil: 0,
        knownUntil: 0,
        changedAt: 0,
        forgetAt: 0,
      };
      const changes = stores.map((each) =>
        each.attempts.change(["counted"], ({ rows: [row = zero] }) => {
          return { rows: [{ ...row, attempts: row.attempts + 1 }], answer: undefined };
        }),
      );
      await Promise.all(changes);
    }

    describe("the store", () => {
      it("has one epoch of 16 bytes, however many ask first", async () => {
        const epochs = await Promise.all(Array.from({ length: 10 }, () => store.epoch()));
        expect(new Set(epochs).size).toBe(1);
        expect(epochs[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
      });

      it("answers a ping and the time", async () => {
        await expect(store.ping()).resolves.toBeUndefined();
        expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(5000);
      });

      it("is unavailable once it is closed, and may be closed twice", async () => {
        await store.close();
        await store.close();
        await expect(store.ping()).rejects.toMatchObject({ name: "AuthError", code: "unavailable" });
        await expect(store.sessions.end("nothing", "log_out")).rejects.toMatchObject({ code: "unavailable" });
      });

      it("does not see its own commits as changes", async () => {
        const before = store.changes();
        await signedUp();
        expect(store.changes()).toBe(before);
      });
    });

    if (!shared) return;
    describe("two stores on one database", () => {
      it("see each other's commits, and that there was one", async () => {
        const other = await opened.another();
        const before = store.changes();
        const user = userRow();
        await other.users.add(user, sessionRow(user.id));
        expect(store.changes()).not.toBe(before);
        expect(store.changes()).toBe(store.changes());
        expect(await store.users.findById(user.id)).toEqual(user);
      });

      it("make one key set", async () => {
        const other = await opened.another();
        const stores = [store, other, store, other];
        const answers = await Promise.all(stores.map((each, index) => each.keys.replace([], [keyRow(`k${index}`)])));
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect(await store.keys.list()).toHaveLength(1);
        expect(await other.keys.list()).toEqual(await store.keys.list());
      });

      it("make one epoch", async () => {
        const other = await opened.another();
        const epochs = await Promise.all([store.epoch(), other.epoch(), store.epoch(), other.epoch()]);
        expect(new Set(epochs).size).toBe(1);
      });

      it("add one user of a name", async () => {
        const other = await opened.another();
        const users = Array.from({ length: 20 }, () => userRow({ usernameKey: "wanted" }));
        const answers = await Promise.all(
          users.map((user, index) => (index % 2 === 0 ? store : other).users.add(user, sessionRow(user.id))),
        );
        expect(answers.filter((answer) => answer === "added")).toHaveLength(1);
      });

      it("let one of a hundred parallel rotations succeed", async () => {
        const other = await opened.another();
        const { session } = await signedUp();
        const answers = await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            (index % 2 === 0 ? store : other).sessions.rotate(session.id, 0, next()),
          ),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
      });

      it("lose none of a hundred changes of one counter of attempts", async () => {
        const other = await opened.another();
        await countUp(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? store : other)));
        expect((await other.attempts.find(["counted"])).rows).toMatchObject([{ attempts: 100 }]);
      });

      it("are opened on one empty database at once", async () => {
        const stores = await Promise.all(Array.from({ length: 5 }, () => opened.another()));
        const epochs = await Promise.all(stores.map((each) => each.epoch()));
        expect(new Set(epochs).size).toBe(1);
      });

      it("find everything again after they were closed", async () => {
        const other = await opened.another();
        const { user, session } = await signedUp();
        const { session: over } = await signedUp();
        const revocation = await other.sessions.end(over.id, "password_changed");
        await store.keys.replace([], [keyRow("a")]);
        await countUp([store, other]);
        const epoch = await store.epoch();
        const again = await opened.reopen();
        expect(await again.sessions.findWithUser(session.id)).toMatchObject({ session, user });
        expect(await again.revocations.since(0)).toEqual([revocation]);
        expect(await again.keys.list()).toEqual([keyRow("a")]);
        expect(await again.epoch()).toBe(epoch);
        expect((await again.attempts.find(["counted"])).rows).toMatchObject([{ attempts: 2 }]);
      });
    });
  });
}
