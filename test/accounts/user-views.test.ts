import { describe, expect, it } from "vitest";
import { createUserViews } from "../../dist/accounts/user-views.js";
import { openSqlite } from "../../dist/store/sqlite/open-sqlite.js";
import { newDatabase, openAuth } from "../http/open-auth.js";
import { userRow } from "../store/rows.mjs";

describe("who am I", () => {
  it("asked again with a token seen before, tells what has changed since", async () => {
    const door = await openAuth();
    const { token, user_id } = await door.signUp("ada");
    for (const roles of [["editor"], ["admin", "editor"]]) {
      expect((await door.me(token)).status).toBe(200);
      await door.auth.users.setRoles(user_id, roles);
      expect((await door.me(token)).body.roles).toEqual(roles);
    }
  });

  it("tells within a quarter of a second what another process has changed", async () => {
    const database = newDatabase();
    const [door, other] = [await openAuth({ database }), await openAuth({ database })];
    const { token, user_id } = await door.signUp("ada");
    expect((await door.me(token)).body.roles).toEqual([]);
    await other.auth.users.setRoles(user_id, ["editor"]);
    await expect.poll(async () => (await door.me(token)).body.roles, { interval: 10 }).toEqual(["editor"]);
  });

  it("asks the database once for claims that it has met, until all is forgotten", async () => {
    const store = await openSqlite({ path: ":memory:" });
    const user = userRow();
    await store.users.add(user);
    let asked = 0;
    const findById = (id: string) => {
      asked += 1;
      return store.users.findById(id);
    };
    const views = createUserViews({ users: { ...store.users, findById } });
    const claims = { sub: user.id };
    for (let times = 0; times < 3; times++) expect((await views.of(claims)).username).toBe(user.username);
    expect(asked).toBe(1);
    await views.of({ sub: user.id });
    expect(asked).toBe(2);
    views.forget();
    await views.of(claims);
    expect(asked).toBe(3);
    await expect(views.of({ sub: "nobody" })).rejects.toMatchObject({ code: "invalid_token" });
    await store.close();
  });

  it("keeps nothing that was read before all was forgotten", async () => {
    const store = await openSqlite({ path: ":memory:" });
    const user = userRow();
    await store.users.add(user);
    const views = createUserViews(store);
    const claims = { sub: user.id };
    const early = views.of(claims);
    await store.users.setRoles(user.id, ["admin"]);
    views.forget();
    await early;
    expect((await views.of(claims)).roles).toEqual(["admin"]);
    await store.close();
  });
});
