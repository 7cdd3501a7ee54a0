import { beforeEach, describe, expect, it } from "vitest";
import type { RevocationRow, SessionRow, Store, UserRow } from "../../dist/store/store.js";
import { sessionRow, userRow } from "./rows.mjs";
import type { Abilities, Opened } from "./store-contract.js";

const HOUR = 3_600_000;
const { passwordHash, roles } = userRow();
const checked = { passwordHash, roles };

/** What `Store` promises of the changes of users and of what ends by them: a part of the store contract. */
export function accountContract(openedNow: () => Opened, { shared }: Abilities): void {
  let store: Store;
  beforeEach(() => {
    store = openedNow().store;
  });

  async function added(parts: Partial<UserRow> = {}): Promise<UserRow> {
    const user = userRow(parts);
    expect(await store.users.add(user)).toBe("added");
    return user;
  }

  async function started(user: UserRow, parts: Partial<SessionRow> = {}): Promise<SessionRow> {
    const session = sessionRow(user.id, parts);
    expect(await store.sessions.start(session, user)).toEqual([]);
    return session;
  }

  async function userNow(id: string): Promise<UserRow> {
    const found = await store.users.findById(id);
    if (found === undefined) throw new Error("The user is not there.");
    return found;
  }

  async function sessionNow(id: string): Promise<SessionRow> {
    const found = await store.sessions.findWithUser(id);
    if (found === undefined) throw new Error("The session is not there.");
    return found.session;
  }

  async function whyEnded(...sessions: readonly SessionRow[]): Promise<readonly (string | null)[]> {
    const found = await Promise.all(sessions.map(({ id }) => sessionNow(id)));
    return found.map(({ endedAt, endedWhy }) => (endedAt === null ? null : endedWhy));
  }

  const subjects = (rows: readonly RevocationRow[] | undefined) => rows?.map(({ subject }) => subject).sort();
  const ids = (...rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();
  const next = (parts: { roles?: readonly string[] } = {}) => ({
    idleExpiresAt: Date.now() + 300_000,
    largestExp: 2000,
    roles,
    ...parts,
  });

  /** A user with two living sessions and one that has ended, and somebody else with one. */
  async function household() {
    const user = await added();
    const [first, second, over] = [await started(user), await started(user), await started(user)];
    await store.sessions.end(over.id, "log_out");
    const other = await added();
    const foreign = await started(other);
    const [known] = (await store.revocations.since(0)).slice(-1);
    return { user, first, second, over, other, foreign, seq: known?.seq ?? 0 };
  }

  /** That the sessions ended with their revocations, for that reason, and that nothing else did. */
  async function expectEnded(
    { over, foreign, seq }: Awaited<ReturnType<typeof household>>,
    { rows, ended, why }: { rows: readonly RevocationRow[] | undefined; ended: readonly SessionRow[]; why: string },
  ) {
    expect(subjects(rows)).toEqual(ids(...ended));
    expect(await store.revocations.since(seq)).toEqual(rows);
    for (const row of rows ?? []) {
      expect(row).toEqual({ seq: row.seq, kind: "session", subject: row.subject, before: null, until: 4_660_000 });
    }
    expect(await whyEnded(...ended, over, foreign)).toEqual([...ended.map(() => why), "log_out", null]);
  }

  describe("the adding of users", () => {
    it("needs no session", async () => {
      const user = await added();
      expect(await userNow(user.id)).toEqual(user);
      expect(await store.sessions.listLiving(user.id)).toEqual([]);
    });

    it("begins no session with one who is disabled from the start", async () => {
      const user = userRow({ disabledAt: 1 });
      const session = sessionRow(user.id);
      expect(await store.users.add(user, session)).toBe("added");
      expect(await store.sessions.findWithUser(session.id)).toBeUndefined();
    });

    it("of many adds each for itself and tells in their order, also what an earlier one has taken", async () => {
      const present = await added();
      const [one, two, four] = [userRow(), userRow(), userRow()];
      const list = [
        one,
        userRow({ usernameKey: present.usernameKey }),
        two,
        userRow({ emailKey: one.emailKey }),
        userRow({ usernameSkeleton: two.usernameSkeleton }),
        four,
      ];
      expect(await store.users.addAll(list)).toEqual([
        "added",
        "username_taken",
        "added",
        "email_taken",
        "username_taken",
        "added",
      ]);
      expect(ids(...(await store.users.list({ limit: 10 })))).toEqual(ids(present, one, two, four));
      expect(await store.users.addAll([])).toEqual([]);
    });

    it("of many adds none where one cannot be written", async () => {
      const [one, two] = [userRow(), userRow({ username: "half \ud800" })];
      await expect(store.users.addAll([one, two])).rejects.toThrow(TypeError);
      expect(await store.users.findById(one.id)).toBeUndefined();
      expect(await store.users.addAll([one])).toEqual(["added"]);
    });

    it("can be asked before what is taken: the name, what looks like it, the address", async () => {
      const user = await added();
      const free = userRow();
      const taken = (parts: Partial<UserRow>) => store.users.findTaken({ ...free, ...parts });
      expect(await taken({})).toBeUndefined();
      expect(await taken({ emailKey: null })).toBeUndefined();
      expect(await taken({ usernameKey: user.usernameKey })).toBe("username_taken");
      expect(await taken({ usernameSkeleton: user.usernameSkeleton })).toBe("username_taken");
      expect(await taken({ emailKey: user.emailKey })).toBe("email_taken");
      expect(await taken({ emailKey: user.emailKey, usernameKey: user.usernameKey })).toBe("username_taken");
    });

    it("takes no name that only looks like another one", async () => {
      const { usernameSkeleton } = await added();
      const second = userRow({ usernameSkeleton });
      expect(await store.users.add(second)).toBe("username_taken");
      expect(await store.users.findById(second.id)).toBeUndefined();
    });
  });

  describe("the list of users", () => {
    it("comes in pages by the order of the ids, each user once", async () => {
      const names = ["c", "a", "e", "b", "d"];
      const made = await Promise.all(names.map((name) => added({ id: `user-${name}` })));
      const byId = made.toSorted((one, two) => (one.id < two.id ? -1 : 1));
      expect(await store.users.list({ limit: 10 })).toEqual(byId);
      expect(await store.users.list({ limit: 5 })).toEqual(byId);
      expect(await store.users.list({ limit: 2 })).toEqual(byId.slice(0, 2));
      expect(await store.users.list({ after: "user-b", limit: 2 })).toEqual(byId.slice(2, 4));
      expect(await store.users.list({ after: "user-d", limit: 2 })).toEqual(byId.slice(4));
      expect(await store.users.list({ after: "user-e", limit: 2 })).toEqual([]);
      expect(await store.users.list({ after: undefined, limit: 1 })).toEqual(byId.slice(0, 1));
    });
  });

  describe("a changed password", () => {
    it("ends all sessions of the user but the one that is excepted", async () => {
      const house = await household();
      const ending = { why: "password_changed", except: house.second.id } as const;
      const rows = await store.users.changePassword(house.user.id, { from: "hash-1", to: "hash-2" }, ending);
      await expectEnded(house, { rows, ended: [house.first], why: "password_changed" });
      expect(await whyEnded(house.second)).toEqual([null]);
      expect(await userNow(house.user.id)).toEqual({ ...house.user, passwordHash: "hash-2" });
      expect((await userNow(house.other.id)).passwordHash).toBe("hash-1");
    });

    it("changes and ends nothing where the hash is another one already", async () => {
      const { user, first, seq } = await household();
      const hashes = { from: "hash-0", to: "hash-2" };
      expect(await store.users.changePassword(user.id, hashes, { why: "password_changed" })).toBeUndefined();
      expect(await userNow(user.id)).toEqual(user);
      expect(await whyEnded(first)).toEqual([null]);
      expect(await store.revocations.since(seq)).toEqual([]);
    });

    it("replaces any hash and ends all sessions where neither is named", async () => {
      const house = await household();
      const rows = await store.users.changePassword(house.user.id, { to: "hash-2" }, { why: "password_changed" });
      await expectEnded(house, { rows, ended: [house.first, house.second], why: "password_changed" });
      expect((await userNow(house.user.id)).passwordHash).toBe("hash-2");
      expect((await userNow(house.other.id)).passwordHash).toBe("hash-1");
    });

    it("of nobody is undefined, and of one without sessions ends none", async () => {
      const user = await added();
      const ending = { why: "password_changed" } as const;
      expect(await store.users.changePassword("nobody", { to: "hash-2" }, ending)).toBeUndefined();
      expect(await store.users.changePassword("nobody", { from: "hash-1", to: "hash-2" }, ending)).toBeUndefined();
      expect(await store.users.changePassword(user.id, { to: "hash-2" }, ending)).toEqual([]);
    });

    it("is made once of ten at once from the same hash", async () => {
      const user = await added();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          store.users.changePassword(user.id, { from: "hash-1", to: `new-${index}` }, { why: "password_changed" }),
        ),
      );
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    });

    it("lets no session begin that was checked against the old hash", async () => {
      const user = await added();
      await store.users.changePassword(user.id, { from: "hash-1", to: "hash-2" }, { why: "password_changed" });
      expect(await store.sessions.start(sessionRow(user.id), user)).toBeUndefined();
      expect(await store.sessions.start(sessionRow(user.id), { ...checked, passwordHash: "hash-2" })).toEqual([]);
    });
  });

  describe("a disabled user", () => {
    it("has no living session, and can begin none", async () => {
      const house = await household();
      const before = await store.now();
      const rows = await store.users.disable(house.user.id);
      await expectEnded(house, { rows, ended: [house.first, house.second], why: "user_disabled" });
      const { disabledAt, ...rest } = await userNow(house.user.id);
      expect({ ...rest, disabledAt: null }).toEqual(house.user);
      expect(disabledAt).toBeGreaterThanOrEqual(before);
      expect(disabledAt).toBeLessThanOrEqual(await store.now());
      expect((await userNow(house.other.id)).disabledAt).toBeNull();
      expect(await store.sessions.start(sessionRow(house.user.id), checked)).toBeUndefined();
      expect(await store.sessions.rotate(house.first.id, 0, next())).toBeUndefined();
      expect(await store.sessions.noteAccess(house.first.id, next())).toBe(false);
    });

    it("stays disabled since the first time", async () => {
      const user = await added({ disabledAt: 12_345 });
      expect(await store.users.disable(user.id)).toEqual([]);
      expect((await userNow(user.id)).disabledAt).toBe(12_345);
    });

    it("begins sessions again when enabled, and none of the old ones lives", async () => {
      const house = await household();
      await store.users.disable(house.user.id);
      const revocations = await store.revocations.since(0);
      expect(await store.users.enable(house.user.id)).toBe(true);
      expect(await userNow(house.user.id)).toEqual(house.user);
      expect(await whyEnded(house.first)).toEqual(["user_disabled"]);
      expect(await store.revocations.since(0)).toEqual(revocations);
      await started(house.user);
      expect(await store.users.enable(house.user.id)).toBe(true);
    });

    it("is enabled alone", async () => {
      const [one, two] = [await added({ disabledAt: 5 }), await added({ disabledAt: 5 })];
      await store.users.enable(one.id);
      expect((await userNow(two.id)).disabledAt).toBe(5);
    });

    it("who is not there is undefined, and not enabled", async () => {
      expect(await store.users.disable("nobody")).toBeUndefined();
      expect(await store.users.enable("nobody")).toBe(false);
    });
  });

  describe("the roles of a user", () => {
    it("can grow, and nothing is taken back", async () => {
      const { user, first, seq, other } = await household();
      expect(await store.users.setRoles(user.id, [...roles, "writer"])).toEqual([]);
      expect(await userNow(user.id)).toEqual({ ...user, roles: [...roles, "writer"] });
      expect((await userNow(other.id)).roles).toEqual(roles);
      expect(await sessionNow(first.id)).toEqual(first);
      expect(await store.revocations.since(seq)).toEqual([]);
      expect(await store.users.setRoles(user.id, [...roles, "writer"])).toEqual([]);
    });

    it.each([
      ["one of two", ["editor"]],
      ["all", []],
      ["one for another", ["editor", "writer", "zebra"]],
    ])(
      "taken away, %s, take back the tokens that the living sessions made until then, and the sessions go on",
      async (_what, left) => {
        const { user, first, second, over, foreign, seq } = await household();
        const before = await store.now();
        const rows = await store.users.setRoles(user.id, left);
        expect(subjects(rows)).toEqual(ids(first, second));
        expect(await store.revocations.since(seq)).toEqual(rows);
        expect((await userNow(user.id)).roles).toEqual(left);
        for (const session of [first, second]) {
          const row = rows?.find(({ subject }) => subject === session.id);
          expect(row).toMatchObject({ kind: "session", until: 4_660_000 });
          expect(row?.before).toBeGreaterThan(before);
          expect(row?.before).toBeLessThanOrEqual((await store.now()) + 1);
          expect(await sessionNow(session.id)).toEqual({ ...session, tokensFrom: row?.before });
        }
        expect((await sessionNow(over.id)).tokensFrom).toBe(0);
        expect(await sessionNow(foreign.id)).toEqual(foreign);
      },
    );

    it("taken away take back tokens that were made by a clock that was ahead", async () => {
      const user = await added();
      const ahead = Date.now() + HOUR;
      const used = await started(user, { lastUsedAt: ahead });
      const taken = await started(user, { tokensFrom: ahead + 7 });
      const rows = await store.users.setRoles(user.id, []);
      expect(rows?.find(({ subject }) => subject === used.id)?.before).toBe(ahead + 1);
      expect(rows?.find(({ subject }) => subject === taken.id)?.before).toBe(ahead + 8);
      const again = await store.users.setRoles(user.id, ["reader"]);
      expect(again).toEqual([]);
      const once = await store.users.setRoles(user.id, []);
      expect(once?.find(({ subject }) => subject === used.id)?.before).toBe(ahead + 2);
    });

    it("taken away take back the tokens of a session that nobody has used for too long: they may still be good", async () => {
      const user = await added();
      const idle = await started(user, { idleExpiresAt: Date.now() - 1 });
      expect(subjects(await store.users.setRoles(user.id, []))).toEqual([idle.id]);
    });

    it("that were changed since they were read let no session begin, rotate or note an access", async () => {
      const user = await added();
      const session = await started(user);
      await store.users.setRoles(user.id, [...roles, "writer"]);
      expect(await store.sessions.start(sessionRow(user.id), checked)).toBeUndefined();
      expect(await store.sessions.rotate(session.id, 0, next())).toBeUndefined();
      expect(await store.sessions.noteAccess(session.id, next())).toBe(false);
      expect(await sessionNow(session.id)).toEqual(session);
      const fresh = next({ roles: [...roles, "writer"] });
      expect(await store.sessions.noteAccess(session.id, fresh)).toBe(true);
      expect(await store.sessions.rotate(session.id, 0, fresh)).toEqual(expect.any(Number));
      expect(await store.sessions.start(sessionRow(user.id), { ...checked, roles: fresh.roles })).toEqual([]);
    });

    it("of somebody else do not matter", async () => {
      const [user, other] = [await added(), await added({ roles: [] })];
      const session = await started(user);
      expect(await store.sessions.rotate(session.id, 0, next({ roles: other.roles }))).toBeUndefined();
    });

    it("of nobody are undefined", async () => {
      expect(await store.users.setRoles("nobody", [])).toBeUndefined();
    });
  });

  describe("a deleted user", () => {
    it("is gone with all sessions, and the revocations are there", async () => {
      const { user, first, second, over, other, foreign, seq } = await household();
      const rows = await store.users.remove(user.id);
      expect(subjects(rows)).toEqual(ids(first, second));
      expect(await store.revocations.since(seq)).toEqual(rows);
      expect(rows?.map(({ before, until }) => [before, until])).toEqual([
        [null, 4_660_000],
        [null, 4_660_000],
      ]);
      expect(await store.users.findById(user.id)).toBeUndefined();
      expect(await store.users.findByUsernameKey(user.usernameKey)).toBeUndefined();
      for (const { id } of [first, second, over]) expect(await store.sessions.findWithUser(id)).toBeUndefined();
      expect(await store.sessions.rotate(first.id, 0, next())).toBeUndefined();
      expect(await userNow(other.id)).toEqual(other);
      expect(await sessionNow(foreign.id)).toEqual(foreign);
    });

    it("leaves name and address to others", async () => {
      const user = await added();
      await store.users.remove(user.id);
      const { usernameKey, usernameSkeleton, emailKey } = user;
      await added({ usernameKey, usernameSkeleton, emailKey });
    });

    it("is undefined the second time", async () => {
      const user = await added();
      expect(await store.users.remove(user.id)).toEqual([]);
      expect(await store.users.remove(user.id)).toBeUndefined();
    });
  });

  describe("the sessions of a user", () => {
    it("are listed where they live, the latest used first", async () => {
      const user = await added();
      const past = Date.now() - 1;
      const at = (lastUsedAt: number, parts: Partial<SessionRow> = {}) => started(user, { lastUsedAt, ...parts });
      const [middle, last, early] = [await at(2000), await at(3000), await at(1000)];
      const same = [await at(1500), await at(1500)].toSorted((one, two) => (one.id > two.id ? -1 : 1));
      await at(4000, { idleExpiresAt: past });
      await at(4000, { expiresAt: past });
      await store.sessions.end((await at(4000)).id, "log_out");
      await started(await added());
      expect(await store.sessions.listLiving(user.id)).toEqual([last, middle, ...same, early]);
      expect(await store.sessions.listLiving(user.id, 2)).toEqual([last, middle]);
      expect(await store.sessions.listLiving("nobody")).toEqual([]);
    });

    it("are no more than a log-in may leave: the ones that were not used for longest end, and no newer one", async () => {
      const user = await added();
      const at = (lastUsedAt: number) => started(user, { lastUsedAt });
      const [newest, oldest, second, third] = [await at(9000), await at(1000), await at(2000), await at(3000)];
      const other = await started(await added(), { lastUsedAt: 1 });
      const over = await started(user, { lastUsedAt: 1 });
      await store.sessions.end(over.id, "log_out");
      // Its own clock was set back, and it is the one that somebody asks for.
      const next = sessionRow(user.id, { lastUsedAt: 5 });
      const rows = await store.sessions.start(next, user, 3);
      expect(subjects(rows)).toEqual(ids(oldest, second));
      expect(await whyEnded(oldest, second, over)).toEqual(["crowded_out", "crowded_out", "log_out"]);
      expect(await whyEnded(newest, third, next, other)).toEqual([null, null, null, null]);
      const late = { ...user, passwordHash: "hash-2" };
      expect(await store.sessions.start(sessionRow(user.id), late, 1)).toBeUndefined();
      expect(await whyEnded(newest, third, next)).toEqual([null, null, null]);
    });

    it("end for their owner, and for nobody else", async () => {
      const { user, other, first, seq } = await household();
      expect(await store.sessions.end(first.id, "ended_by_user", other.id)).toBeUndefined();
      expect(await store.sessions.end(first.id, "ended_by_user", "")).toBeUndefined();
      expect(await whyEnded(first)).toEqual([null]);
      expect(await store.revocations.since(seq)).toEqual([]);
      expect(await store.sessions.end(first.id, "ended_by_user", user.id)).toMatchObject({ subject: first.id });
      expect(await whyEnded(first)).toEqual(["ended_by_user"]);
    });

    it("end all at once", async () => {
      const house = await household();
      const rows = await store.sessions.endAll(house.user.id, { why: "log_out_everywhere" });
      await expectEnded(house, { rows, ended: [house.first, house.second], why: "log_out_everywhere" });
      expect(await store.sessions.endAll(house.user.id, { why: "log_out_everywhere" })).toEqual([]);
      expect(await store.sessions.endAll("nobody", { why: "log_out_everywhere" })).toEqual([]);
    });

    it("end all at once but one", async () => {
      const house = await household();
      const rows = await store.sessions.endAll(house.user.id, { why: "log_out_everywhere", except: house.first.id });
      await expectEnded(house, { rows, ended: [house.second], why: "log_out_everywhere" });
      expect(await whyEnded(house.first)).toEqual([null]);
    });

    it("are all forgotten where more are past than go at once", async () => {
      const user = await added();
      await Promise.all(Array.from({ length: 1100 }, () => started(user, { expiresAt: 1 })));
      expect(await store.sessions.forgetPast()).toBe(1100);
      expect(await store.sessions.forgetPast()).toBe(0);
    });

    it("are forgotten a day after their absolute end, whether or not they ended before", async () => {
      const user = await added();
      const day = 24 * HOUR;
      const now = Date.now();
      const kept = [
        await started(user, { expiresAt: now - day + 60_000 }),
        await started(user, { idleExpiresAt: now - 9 * day }),
      ];
      const past = [await started(user, { expiresAt: now - day - 1000 }), await started(user, { expiresAt: 1 })];
      await store.sessions.end(past[0]?.id ?? "", "log_out");
      expect(await store.sessions.forgetPast()).toBe(2);
      expect(await store.sessions.forgetPast()).toBe(0);
      for (const { id } of kept) expect(await store.sessions.findWithUser(id)).toBeDefined();
      for (const { id } of past) expect(await store.sessions.findWithUser(id)).toBeUndefined();
      expect(await store.revocations.since(0)).toHaveLength(1);
    });
  });

  if (!shared) return;
  describe("a change whose revocations cannot all be written", () => {
    const why = "password_changed" as const;
    const changes: readonly (readonly [string, (user: UserRow) => Promise<unknown>])[] = [
      ["a changed password", ({ id }) => store.users.changePassword(id, { from: "hash-1", to: "hash-2" }, { why })],
      ["a password that was set", ({ id }) => store.users.changePassword(id, { to: "hash-2" }, { why })],
      ["disabling", ({ id }) => store.users.disable(id)],
      ["a role taken away", ({ id }) => store.users.setRoles(id, [])],
      ["deleting", ({ id }) => store.users.remove(id)],
      ["ending all sessions", ({ id }) => store.sessions.endAll(id, { why: "log_out_everywhere" })],
    ];
    const run = async (statement: string) => {
      const opened = openedNow();
      if (opened.run === undefined) throw new Error("A shared database can be reached past the store.");
      await opened.run(statement);
    };

    it.each(changes)("does nothing at all: %s", async (_what, change) => {
      const { user, first, second, seq } = await household();
      const before = [await userNow(user.id), await sessionNow(first.id), await sessionNow(second.id)];
      const nothingDone = async () => {
        expect([await userNow(user.id), await sessionNow(first.id), await sessionNow(second.id)]).toEqual(before);
      };
      // One revocation is there from the household and the first of the change passes, where two may be: the second one fails.
      await run("delete from revocations");
      await run("create unique index one_of_a_kind on revocations (kind)");
      await expect(change(user)).rejects.toThrow();
      await nothingDone();
      expect(await store.revocations.since(0)).toEqual([]);
      await run("drop index one_of_a_kind");
      expect(await change(user)).toHaveLength(2);
      expect(await store.revocations.since(seq)).toHaveLength(2);
    });

    it.each(changes)("does nothing at all where the very first fails: %s", async (_what, change) => {
      const { user, first } = await household();
      await run("drop table revocations");
      await expect(change(user)).rejects.toThrow();
      expect(await userNow(user.id)).toEqual(user);
      expect(await sessionNow(first.id)).toEqual(first);
      await expect(store.sessions.end(first.id, "log_out")).rejects.toThrow();
      expect(await sessionNow(first.id)).toEqual(first);
    });
  });

  describe("two stores on one database", () => {
    it("make one change of a password of two at once", async () => {
      const user = await added();
      const other = await openedNow().another();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? store : other).users.changePassword(
            user.id,
            { from: "hash-1", to: `new-${index}` },
            { why: "password_changed" },
          ),
        ),
      );
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    });

    it("leave no session alive that began in the one while the other disabled its user", async () => {
      const other = await openedNow().another();
      for (let round = 0; round < 10; round += 1) {
        const user = await added();
        const starts = Array.from({ length: 6 }, () => store.sessions.start(sessionRow(user.id), user));
        const [disabled] = await Promise.all([other.users.disable(user.id), ...starts]);
        expect(disabled).toBeDefined();
        expect(await store.sessions.listLiving(user.id)).toEqual([]);
      }
    });
  });
}
