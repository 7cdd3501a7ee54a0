import { setImmediate } from "node:timers/promises";
import {
  disable,
  enable,
  importUsers,
  listKeys,
  remove,
  revokeKey,
  rotateKeys,
  rotateSecret,
  setRoles,
} from "./administrator-acts.js";
import * as client from "./client-acts.js";
import {
  type Account,
  type Act,
  canRefresh,
  generationOf,
  isFresh,
  Lost,
  living,
  mayBeRevoked,
  newAccount,
  type Session,
} from "./ledger.js";
import { perform, type World } from "./world.js";

/** A load on a server: clients, and an administrator beside them. */
export interface Load {
  /** The hash of `password`, for users who are imported. */
  readonly hash: string;
  readonly password: string;
  /** Where the acts without an account wait for their answer. */
  readonly administrator: { pending: Act | undefined };
  /** What should never have been. */
  readonly complaints: string[];
}

const CLIENTS = 8;
const ACCOUNTS_AT_WORK = 12;
const MOST_SESSIONS = 5;
const MOST_LOST_LOG_INS = 3;
const ROLES = ["admin", "editor", "reader"];

/** The accounts that clients use: the newest ones, and none that is deleted. */
export function accountsAtWork({ ledger }: World): readonly Account[] {
  const usable = ({ isDeleted, lostLogIns }: Account) => !isDeleted && lostLogIns < MOST_LOST_LOG_INS;
  return ledger.accounts.filter(usable).slice(-ACCOUNTS_AT_WORK);
}

/** Adds as many accounts as are missing. */
export async function fillAccounts(world: World, load: Load): Promise<void> {
  const missing = Math.max(0, ACCOUNTS_AT_WORK - 2 - accountsAtWork(world).length);
  if (missing > 0) await perform(world, load.administrator, importSome(world, load, missing));
}

function importSome(world: World, { hash, password }: Load, count: number): Act {
  const users = Array.from({ length: count }, () => newAccount("import", password));
  return importUsers(world, users, hash);
}

/** Runs until it is over and every act of a client has its answer, or will never have one. */
export async function runClients(world: World, load: Load): Promise<void> {
  const run = async () => {
    while (!world.isOver) {
      await noting(world, load, () => clientStep(world));
      // Where nothing is left to do, whoever would end the load must have a turn.
      await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, run));
}

async function noting(world: World, load: Load, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (error instanceof Lost) return;
    load.complaints.push(error instanceof Error ? error.message : String(error));
    world.isOver = true;
  }
}

async function clientStep(world: World): Promise<void> {
  const free = accountsAtWork(world).filter(({ isBusy, pending }) => !isBusy && pending === undefined);
  const isNew = free.length === 0 || world.dice.chance(0.03);
  if (isNew && accountsAtWork(world).length >= 2 * ACCOUNTS_AT_WORK) return;
  const account = isNew ? newAccount("client", `ten brown geese at ${world.ledger.accounts.length}`) : undefined;
  if (account !== undefined) world.ledger.accounts.push(account);
  const chosen = account ?? world.dice.pick(free);
  chosen.isBusy = true;
  try {
    await perform(world, chosen, isNew ? client.signUp(world, chosen) : nextAct(world, chosen));
  } finally {
    chosen.isBusy = false;
  }
}

/** What a client, or somebody who administers its account, does next. */
function nextAct(world: World, account: Account): Act {
  const { dice, ledger, far } = world;
  const sessions = living(account).filter((each) => canRefresh(ledger, each));
  if (account.isDisabled)
    return far.child.connected && dice.chance(0.7) ? enable(world, account) : client.logIn(world, account);
  if (sessions.length === 0 || (sessions.length < MOST_SESSIONS && dice.chance(0.015)))
    return client.logIn(world, account);
  const session = dice.pick(sessions);
  const thrown = dice.whole(100);
  if (thrown < 8 && far.child.connected) return administration(world, account);
  if (thrown < 12) return endingOf(world, account, session);
  if (thrown < 16 && hasAccess(world, session)) return client.changePassword(world, account, session);
  if (thrown < 18 && canBeTried(world, session, 2)) return client.replay(world, account, session);
  if (thrown < 28 && canBeTried(world, session, 1) && client.isInGrace(session))
    return client.retry(world, account, session);
  return client.refresh(world, account, session, dice.chance(0.3) ? 2 + dice.whole(3) : 1);
}

function hasAccess({ ledger }: World, { accessTokens }: Session): boolean {
  const token = accessTokens.at(-1);
  return token !== undefined && isFresh(token) && !mayBeRevoked(ledger, token);
}

/** Whether the client still has an older token that is of a good key. */
function canBeTried({ ledger }: World, session: Session, back: number): boolean {
  const token = session.refreshTokens[generationOf(session) - back];
  return token !== undefined && !mayBeRevoked(ledger, token);
}

function endingOf(world: World, account: Account, session: Session): Act {
  const isEverywhere = hasAccess(world, session) && world.dice.chance(0.25);
  return isEverywhere ? client.logOutEverywhere(world, account, session) : client.logOut(world, account, session);
}

function administration(world: World, account: Account): Act {
  const { dice } = world;
  const thrown = dice.whole(10);
  if (thrown < 3) return disable(world, account);
  if (thrown < 4) return remove(world, account);
  const others = ROLES.filter(() => dice.chance(0.5));
  const isSame = JSON.stringify(others) === JSON.stringify(account.roles);
  return setRoles(world, account, isSame ? ROLES.filter((role) => !others.includes(role)) : others);
}

/** One act of an administrator that is no act on one account. */
export async function administerOnce(world: World, load: Load): Promise<void> {
  if (load.administrator.pending !== undefined || !world.far.child.connected) return;
  await noting(world, load, async () => {
    await perform(world, load.administrator, await nextOfAdministrator(world, load));
  });
}

async function nextOfAdministrator(world: World, load: Load): Promise<Act> {
  const thrown = world.dice.whole(100);
  if (thrown < 30) return importSome(world, load, 2);
  if (thrown < 60) return rotateKeys(world);
  if (thrown < 75) return rotateSecret(world);
  // The key of the refresh tokens ends every session that began with it: rarely.
  const purpose = thrown < 97 ? "access" : "refresh";
  const keys = (await listKeys(world)).filter((key) => key.purpose === purpose && key.state !== "next");
  return revokeKey(world, world.dice.pick(keys).kid);
}
