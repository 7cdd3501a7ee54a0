import { hashSync } from "@node-rs/argon2";
import { beforeEach, describe, expect, it } from "vitest";
import type { ImportedUser } from "../../dist/accounts/import-users.js";
import { newDatabase, type OpenAuth, openAuth, PASSWORD, sql } from "../http/open-auth.js";

const HASH = hashSync(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });

let door: OpenAuth;
let database: string;
beforeEach(async () => {
  database = newDatabase();
  door = await openAuth({ database });
});

const user = (username: string, parts: Partial<ImportedUser> = {}): ImportedUser => ({
  username,
  hash: HASH,
  ...parts,
});
const add = (...users: readonly unknown[]) => door.auth.users.import(users as ImportedUser[]);
const rows = () => sql(database, "select * from users order by username_key");

const added = { outcome: "added" };
const present = { outcome: "present" };
const refused = (reason: string | RegExp) => ({ outcome: "refused", reason: expect.stringMatching(reason) });
const NAME_TAKEN = refused(/^The username is taken\.$/);
const EMAIL_TAKEN = refused(/^The e-mail address is taken\.$/);

describe("an imported user", () => {
  it("is there as told, and logs in with the password of before", async () => {
    const ada = user("Ada", { email: "Ada@Example.com", roles: ["writer", "reader"] });
    expect(await add(ada, user("Berta"))).toEqual([added, added]);
    expect(await door.auth.users.find("ada")).toMatchObject({
      username: "Ada",
      email: "Ada@Example.com",
      roles: ["reader", "writer"],
      disabledAt: null,
    });
    expect(await door.auth.users.find("berta")).toMatchObject({ email: null, roles: [] });
    expect((await door.logIn("ADA")).user_id).toBe((await door.auth.users.find("ada"))?.id);
    expect((await door.post("/token", { username: "berta", password: "wrong" })).status).toBe(401);
  });

  it("may have null where there is nothing, as other systems write it", async () => {
    expect(await add(user("ada", { email: null, roles: null }), { ...user("berta"), more: 5 })).toEqual([added, added]);
    expect(await door.auth.users.find("ada")).toMatchObject({ email: null, roles: [] });
  });

  it("who is there already stays as they are", async () => {
    await add(user("ada", { email: "ada@example.com" }), user("berta"));
    const before = await rows();
    const other = hashSync("another password", { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    const again = [
      user("ADA", { email: "ada@EXAMPLE.com", hash: other, roles: ["admin"] }),
      user("Berta", { hash: other }),
    ];
    expect(await add(...again)).toEqual([present, present]);
    expect(await rows()).toEqual(before);
  });
});

describe("a user is not imported", () => {
  beforeEach(() => door.signUp("ada", { email: "ada@example.com" }));

  it.each([
    ["whose name another one has", user("ADA"), NAME_TAKEN],
    ["whose name another one has, with another address", user("ada", { email: "a@example.com" }), NAME_TAKEN],
    ["whose address another one has", user("berta", { email: "ada@EXAMPLE.com" }), EMAIL_TAKEN],
    ["without a name", { hash: HASH }, refused(/^username: /)],
    ["whose name is no text", user(5 as unknown as string), refused(/^username: This must be a text\.$/)],
    ["whose name is none", user("x"), refused(/^username: /)],
    ["whose name looks like Latin", user("\u0430da"), refused(/^username: /)],
    ["whose address is none", user("berta", { email: "nowhere" }), refused(/^email: /)],
    ["whose address is no text", user("berta", { email: 5 as unknown as string }), refused(/^email: /)],
    ["without a hash", { username: "berta" }, refused(/^hash: /)],
    ["whose hash is null", { username: "berta", hash: null }, refused(/^hash: /)],
    ["whose roles are a text", user("berta", { roles: "admin" as unknown as string[] }), refused(/^roles: /)],
    ["with a role that is none", user("berta", { roles: ["a b"] }), refused(/^roles: /)],
    ["who is null", null, refused(/^username: .* hash: /)],
    ["who is nothing", undefined, refused(/^username: .* hash: /)],
    ["who is a text", "berta", refused(/^username: .* hash: /)],
    ["who is a list", ["berta", HASH], refused(/^username: .* hash: /)],
  ])("%s, and the others are", async (_what, wrong, outcome) => {
    expect(await add(user("zoe"), wrong, user("yves"))).toEqual([added, outcome, added]);
    expect((await rows()).length).toBe(3);
  });

  it("and no refusal is made of what is none", async () => {
    const broken = new RangeError("broken");
    const wrong = {
      get username() {
        throw broken;
      },
    };
    await expect(add(user("zoe"), wrong)).rejects.toBe(broken);
    expect((await rows()).length).toBe(1);
  });

  it("and the reason holds nothing of what was told", async () => {
    const hash = `${HASH} \ud800`;
    const text = JSON.stringify(await add(user("a secret  name"), user("berta", { email: "a secret", hash })));
    expect(text).not.toContain("secret");
  });
});

/** Lists whose outcomes depend on what stands earlier in the same list. */
const lists: readonly (readonly [string, readonly ImportedUser[], readonly object[]])[] = [
  ["the same user twice", [user("ada"), user("Ada"), user("berta")], [added, present, added]],
  ["the same user twice, once with an I for an l", [user("paypaI"), user("paypai")], [added, present]],
  ["two users who look the same", [user("paypaI"), user("paypal")], [added, NAME_TAKEN]],
  [
    "the same user twice with an address",
    [user("ada", { email: "a@example.com" }), user("ada", { email: "a@EXAMPLE.com" })],
    [added, present],
  ],
  ["one name with two addresses", [user("ada", { email: "a@example.com" }), user("ada")], [added, NAME_TAKEN]],
  [
    "one address with two names",
    [user("ada", { email: "a@example.com" }), user("berta", { email: "a@example.com" }), user("clara")],
    [added, EMAIL_TAKEN, added],
  ],
  [
    "a name of this list and an address of the database",
    [user("ada"), user("ada", { email: "there@example.com" })],
    [added, NAME_TAKEN],
  ],
  ["who is there, twice", [user("there", { email: "there@example.com" }), user("THERE")], [present, NAME_TAKEN]],
  ["two without an address", [user("ada"), user("berta"), user("clara")], [added, added, added]],
  ["nobody", [], []],
];

describe("a list of users", () => {
  it("keeps its order, of one moment as it is", async () => {
    const names = Array.from({ length: 50 }, (_, at) => `in order ${at}`);
    await door.auth.users.import(names.map((username) => ({ username, hash: HASH })));
    const listed = (await door.auth.users.list({ limit: 1000 })).map(({ username }) => username);
    expect(listed.filter((username) => username.startsWith("in order"))).toEqual(names);
  });

  beforeEach(() => door.signUp("there", { email: "there@example.com" }));

  it.each(lists)("with %s is told the same by a dry run, which writes nothing", async (_what, list, outcomes) => {
    const before = await rows();
    expect(await door.auth.users.import(list, { dryRun: true })).toEqual(outcomes);
    expect(await rows()).toEqual(before);
    expect(await door.auth.users.import(list, { dryRun: false })).toEqual(outcomes);
    const count = outcomes.filter((outcome) => outcome === added).length;
    expect((await rows()).length).toBe(before.length + count);
    const after = await rows();
    const again = outcomes.map((outcome) => (outcome === added ? present : outcome));
    expect(await door.auth.users.import(list, { dryRun: true })).toEqual(again);
    expect(await door.auth.users.import(list)).toEqual(again);
    expect(await rows()).toEqual(after);
  });

  it("keeps no name for a user who was refused", async () => {
    const list = [user("ada", { email: "there@example.com" }), user("Ada")];
    expect(await door.auth.users.import(list, { dryRun: true })).toEqual([EMAIL_TAKEN, added]);
    expect(await door.auth.users.import(list)).toEqual([EMAIL_TAKEN, added]);
  });

  it("that was cut off can be run again from the start", async () => {
    const list = Array.from({ length: 20 }, (_, index) => user(`user-${index}`, { email: `u${index}@example.com` }));
    await add(...list.slice(0, 7));
    expect(await add(...list)).toEqual(list.map((_, index) => (index < 7 ? present : added)));
  });

  it("imported by two at once adds each user once", async () => {
    const other = await openAuth({ database }, door.clock);
    const list = Array.from({ length: 30 }, (_, index) => user(`user-${index}`));
    const [one, two] = await Promise.all([door, other].map(({ auth }) => auth.users.import(list)));
    for (const [index] of list.entries()) {
      expect([one?.[index]?.outcome, two?.[index]?.outcome].sort()).toEqual(["added", "present"]);
    }
  });
});
