import type { KeyView, UserView } from "latchkey";
import { type Account, type Act, type Ledger, living, noteEnded, noteRoles, requireSame } from "./ledger.js";
import { askFar, command, type World } from "./world.js";

const COMMANDS = { setRoles: "set-roles", disable: "disable", enable: "enable", delete: "delete" } as const;

/** Administers by the second process, or by the command line, which takes longer than the clients of a whole cycle. */
async function administer(
  world: World,
  method: keyof typeof COMMANDS,
  { id, username }: Account,
  ...roles: readonly string[]
): Promise<void> {
  if (world.dice.chance(0.05)) {
    const flags = method === "delete" ? ["--yes"] : [];
    await command(world, "user", COMMANDS[method], username, ...roles, ...flags);
  } else await askFar(world, `users.${method}`, id, ...(method === "setRoles" ? [roles] : []));
}

export function findUser(world: World, { username }: Account): Promise<UserView | null> {
  return askFar<UserView | null>(world, "users.find", username);
}

export function setRoles(world: World, account: Account, roles: readonly string[]): Act {
  return {
    kind: "roles",
    async perform() {
      await administer(world, "setRoles", account, ...roles);
      noteRoles(account, roles);
    },
    async settle() {
      const found = await findUser(world, account);
      const isDone = JSON.stringify(found?.roles) === JSON.stringify(roles);
      if (isDone) noteRoles(account, roles);
      return isDone;
    },
  };
}

export function disable(world: World, account: Account): Act {
  const note = () => {
    account.isDisabled = true;
    noteEnded(living(account));
  };
  return {
    kind: "disable",
    async perform() {
      await administer(world, "disable", account);
      note();
    },
    async settle() {
      const isDone = (await findUser(world, account))?.disabledAt !== null;
      if (isDone) note();
      return isDone;
    },
  };
}

export function enable(world: World, account: Account): Act {
  return {
    kind: "enable",
    async perform() {
      await administer(world, "enable", account);
      account.isDisabled = false;
    },
    async settle() {
      account.isDisabled = (await findUser(world, account))?.disabledAt !== null;
      return !account.isDisabled;
    },
  };
}

export function remove(world: World, account: Account): Act {
  const note = () => {
    account.isDeleted = true;
    noteEnded(living(account));
  };
  return {
    kind: "delete",
    async perform() {
      await administer(world, "delete", account);
      note();
    },
    async settle() {
      const isDone = (await findUser(world, account)) === null;
      if (isDone) note();
      return isDone;
    },
  };
}

/** Adds users of another system: all of them, or none. */
export function importUsers(world: World, users: readonly Account[], hash: string): Act {
  const { accounts } = world.ledger;
  return {
    kind: "import",
    async perform() {
      const given = users.map(({ username }) => ({ username, hash }));
      const outcomes = await askFar<readonly { outcome: string }[]>(world, "users.import", given);
      requireSame("an import", new Set(outcomes.map(({ outcome }) => outcome)).has("refused"), false);
      for (const user of users) user.id = (await findUser(world, user))?.id ?? "";
      accounts.push(...users);
    },
    async settle() {
      const found = await Promise.all(users.map((user) => findUser(world, user)));
      const there = found.filter((user) => user !== null);
      if (there.length > 0 && there.length < users.length)
        throw new Error(`an import added ${there.length} of ${users.length} users`);
      for (const [index, user] of users.entries()) user.id = found[index]?.id ?? "";
      if (there.length > 0) accounts.push(...users);
      return there.length > 0;
    },
  };
}

export function listKeys(world: World): Promise<readonly KeyView[]> {
  return askFar<readonly KeyView[]>(world, "keys.list");
}

export function rotateKeys(world: World): Act {
  let before: readonly KeyView[] | undefined;
  return {
    kind: "key rotation",
    async perform() {
      before = await listKeys(world);
      if (world.dice.chance(0.3)) await command(world, "key", "rotate", "--now");
      else await askFar(world, "keys.rotate", { now: true });
      noteKeys(world.ledger, await listKeys(world));
    },
    async settle() {
      if (before === undefined) return undefined;
      const known = new Set(before.map(({ kid }) => kid));
      const listed = await listKeys(world);
      noteKeys(world.ledger, listed);
      const made = listed.filter(({ kid }) => !known.has(kid)).map(({ purpose }) => purpose);
      // One that waits already is not doubled.
      if (before.every(({ state }) => state !== "next") && made.length > 0)
        requireSame("the keys of a rotation", made, ["access", "refresh"]);
      return made.length > 0;
    },
  };
}

/** Takes a key back, and all that it has made. */
export function revokeKey(world: World, kid: string): Act {
  const { keys } = world.ledger;
  return {
    kind: "key revocation",
    async perform() {
      keys.revoking = kid;
      await askFar(world, "keys.revoke", kid);
      keys.revoked.add(kid);
      keys.revoking = undefined;
    },
    async settle() {
      const isDone = !(await listKeys(world)).some((key) => key.kid === kid);
      if (isDone) keys.revoked.add(kid);
      keys.revoking = undefined;
      return isDone;
    },
  };
}

/** Seals the keys with another secret: nothing else changes, so it leaves no trace. */
export function rotateSecret(world: World): Act {
  return {
    kind: "secret rotation",
    perform: () => command(world, "secret", "rotate"),
    settle: async () => undefined,
  };
}

/** Notes the keys that are listed: none that was acknowledged may be missing, and none of those taken back is there. */
export function noteKeys({ keys }: Ledger, listed: readonly KeyView[]): void {
  const found = new Map(listed.map((key) => [key.kid, key]));
  for (const { kid, endsAt = Number.POSITIVE_INFINITY } of keys.present.values()) {
    if (!found.has(kid) && !keys.revoked.has(kid) && Date.now() < endsAt) throw new Error(`The key ${kid} is lost.`);
  }
  for (const kid of found.keys()) {
    if (keys.revoked.has(kid)) throw new Error(`The key ${kid}, which was revoked, is there again.`);
  }
  keys.present = found;
}
