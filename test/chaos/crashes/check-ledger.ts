import { type Answer, type Granted, until } from "../../cli/run-server.js";
import { findUser, listKeys, noteKeys } from "./administrator-acts.js";
import { askToken, isInGrace } from "./client-acts.js";
import {
  type Account,
  canRefresh,
  generationOf,
  isFresh,
  living,
  mayBeRevoked,
  noteGrant,
  requireSame,
  type Session,
} from "./ledger.js";
import type { Load } from "./load.js";
import { ask, askFar, settle, type World } from "./world.js";

/** How much is looked at: the accounts given, and their log-ins too. */
export interface Extent {
  readonly accounts: readonly Account[];
  readonly withLogIn: boolean;
}

/** Settles what was left without an answer and compares the server with the ledger; what differs is added to the load's complaints. */
export async function checkLedger(world: World, load: Load, { accounts, withLogIn }: Extent): Promise<void> {
  const noting = async (what: string, check: () => Promise<void>) => {
    await check().catch((error: Error) => load.complaints.push(`${what}: ${error.message}`));
  };
  const unsettled = world.ledger.accounts.filter(({ pending }) => pending !== undefined);
  await noting("keys", async () => {
    await settle(world, load.administrator);
    await checkKeys(world);
  });
  await Promise.all(
    [...new Set([...unsettled, ...accounts])].map((account) =>
      noting(account.username, async () => {
        const kind = account.pending?.kind;
        await settle(world, account);
        await checkAccount(world, account, withLogIn).catch((error: Error) => {
          throw new Error(`${kind === undefined ? "" : `after a lost ${kind}: `}${error.message}`);
        });
      }),
    ),
  );
}

async function checkKeys(world: World): Promise<void> {
  const listed = await listKeys(world);
  noteKeys(world.ledger, listed);
  const { body } = await ask<{ keys: { kid: string }[] }>(world, { address: "10.0.0.0" }, [
    "GET",
    "/.well-known/jwks.json",
  ]);
  const published = body.keys.map(({ kid }) => kid);
  requireSame(
    "the published keys",
    published,
    listed.filter(({ purpose }) => purpose === "access").map(({ kid }) => kid),
  );
}

async function checkAccount(world: World, account: Account, withLogIn: boolean): Promise<void> {
  const user = await findUser(world, account);
  requireSame("the user is gone", user === null, account.isDeleted);
  if (user !== null) {
    const found = [user.id, user.roles, user.disabledAt !== null];
    requireSame("the user", found, [account.id, account.roles, account.isDisabled]);
  }
  const listed = await askFar<readonly { id: string }[]>(world, "sessions.list", account.id);
  const ids = listed.map(({ id }) => id).sort();
  requireSame(
    "the living sessions",
    ids,
    living(account)
      .map(({ id }) => id)
      .sort(),
  );
  for (const session of account.sessions.values()) {
    if (!session.hasEnded) await checkLiving(world, account, session);
    else if (withLogIn || !session.isChecked || world.dice.chance(0.2)) await checkEnded(world, account, session);
  }
  if (withLogIn) await checkLogIn(world, account);
}

async function checkLogIn(world: World, account: Account): Promise<void> {
  const answer = await askToken(world, account, account.password);
  requireSame("log-in", answer.status, account.isDeleted ? 401 : account.isDisabled ? 403 : 200);
  if (answer.status === 200) noteGrant(world.ledger, account, answer.body);
}

/** No token of it is good for anything. */
async function checkEnded(world: World, account: Account, session: Session): Promise<void> {
  for (const token of [...session.accessTokens, ...session.takenBack]) {
    requireSame("/me with an access token of an ended session", await askMe(world, account, token), 401);
    await requireRefusedByFar(world, token);
  }
  for (const refresh_token of session.refreshTokens.slice(-2)) {
    const { status, body } = await refresh(world, account, refresh_token);
    requireSame("refresh of an ended session", [status, body.code], [401, "invalid_grant"]);
  }
  session.isChecked = true;
}

/** Its last tokens are good, the predecessor leads to the same successor, and the successor to the next one. */
async function checkLiving(world: World, account: Account, session: Session): Promise<void> {
  const { ledger, dice } = world;
  for (const token of session.accessTokens.filter(isFresh)) {
    const expected = mayBeRevoked(ledger, token) ? 401 : 200;
    requireSame("/me with an access token of a living session", await askMe(world, account, token), expected);
  }
  for (const token of session.takenBack) {
    requireSame("/me with an access token of older roles", await askMe(world, account, token), 401);
    await requireRefusedByFar(world, token);
  }
  const generation = generationOf(session);
  const presented = session.refreshTokens[generation];
  if (presented === undefined) return;
  if (!canRefresh(ledger, session)) {
    requireSame("refresh with a key that was revoked", (await refresh(world, account, presented)).status, 401);
    return;
  }
  const predecessor = session.refreshTokens[generation - 1];
  if (predecessor !== undefined && !mayBeRevoked(ledger, predecessor) && isInGrace(session) && dice.chance(0.5)) {
    const again = await refresh(world, account, predecessor);
    requireSame("refresh with the direct predecessor", again.status, 200);
    noteGrant(ledger, account, again.body, { session, generation });
  }
  session.rotationAskedAt = Date.now();
  const { status, body } = await refresh(world, account, session.refreshTokens[generation] ?? "");
  requireSame(`refresh of a living session (${body.code})`, status, 200);
  noteGrant(ledger, account, body, { session, generation: generation + 1 });
  for (const twin of session.twins.splice(0).filter((each) => each.generation === generation)) {
    const again = await refresh(world, account, twin.token);
    requireSame("refresh with the same generation of another key", again.status, 200);
    noteGrant(ledger, account, again.body, { session, generation: generation + 1 });
  }
}

async function askMe(world: World, account: Account, token: string): Promise<number> {
  const { status } = await ask(world, account, ["GET", "/me"], { token });
  return status;
}

/** The second process follows soon, however slow this machine is. */
async function requireRefusedByFar(world: World, token: string): Promise<void> {
  const look = () =>
    askFar(world, "verifySync", token).then(
      () => undefined,
      ({ message }: Error) => message.startsWith("verifySync: ") || undefined,
    );
  await until(look).catch(() => {
    throw new Error("The second process accepts an access token of an ended session or of older roles.");
  });
}

function refresh(world: World, account: Account, refresh_token: string): Promise<Answer<Granted & { code?: string }>> {
  return ask(world, account, ["POST", "/token/refresh"], { body: { refresh_token } });
}
