import type { Answer, Granted, SendOptions } from "../../cli/run-server.js";
import { sql } from "../../http/open-auth.js";
import {
  type Account,
  type Act,
  generationOf,
  isFresh,
  kidOf,
  Lost,
  living,
  mayBeRevoked,
  newSession,
  noteEnded,
  noteGrant,
  requireSame,
  type Session,
} from "./ledger.js";
import { ask, askFar, databaseOf, type World } from "./world.js";

type Grants = Answer<Granted & { code?: string }>;

// The refresh rule gives the predecessor 30 seconds; a machine may stand still for some of them.
const GRACE_MS = 25_000;

export const isInGrace = ({ rotationAskedAt }: Session): boolean => Date.now() - rotationAskedAt < GRACE_MS;

export function signUp(world: World, account: Account): Act {
  const body = { username: account.username, password: account.password };
  const perform = async () => {
    const answer = await ask<Granted>(world, account, ["POST", "/signup"], { body });
    requireSame("sign-up", answer.status, 201);
    noteGrant(world.ledger, account, answer.body);
  };
  return {
    kind: "sign-up",
    perform,
    async settle() {
      const answer = await askToken(world, account, account.password);
      if (answer.status === 401) {
        // Nothing of it is left that would be in the way of doing it again.
        await perform();
        return false;
      }
      requireSame("log-in after a sign-up", answer.status, 200);
      noteGrant(world.ledger, account, answer.body);
      requireSame("sessions of a sign-up", await adoptUnknown(world, account), 1);
      return true;
    },
  };
}

export function logIn(world: World, account: Account): Act {
  return {
    kind: "log-in",
    async perform() {
      const answer = await askToken(world, account, account.password);
      requireSame("log-in", answer.status, account.isDisabled ? 403 : 200);
      if (answer.status === 200) noteGrant(world.ledger, account, answer.body);
    },
    async settle() {
      account.lostLogIns++;
      return account.isDisabled ? undefined : (await adoptUnknown(world, account)) === 1;
    },
  };
}

export function askToken(world: World, account: Account, password: string): Promise<Grants> {
  const body = { username: account.username, password };
  return ask(world, account, ["POST", "/token"], { body });
}

/** Notes the sessions that the client has never heard of; answers how many there are. */
async function adoptUnknown(world: World, account: Account): Promise<number> {
  const listed = await askFar<readonly { id: string }[]>(world, "sessions.list", account.id);
  const unknown = listed.filter(({ id }) => !account.sessions.has(id));
  for (const { id } of unknown) account.sessions.set(id, newSession(id));
  if (unknown.length > 1) throw new Error(`${account.username} has ${unknown.length} sessions that nobody began`);
  return unknown.length;
}

function askRefresh(world: World, account: Account, refresh_token: string): Promise<Grants> {
  return ask(world, account, ["POST", "/token/refresh"], { body: { refresh_token } });
}

/** Exchanges the refresh token that the client holds, several times at once as tabs do. */
export function refresh(world: World, account: Account, session: Session, copies = 1): Act {
  const from = generationOf(session);
  const presented = session.refreshTokens[from] ?? "";
  const exchange = async (times: number) => {
    const asked = await Promise.allSettled(Array.from({ length: times }, () => askRefresh(world, account, presented)));
    const isGranted = asked.map((one) => {
      if (one.status === "fulfilled") return noteRefresh(world, account, one.value, { session, from });
      if (one.reason instanceof Lost) return false;
      throw one.reason;
    });
    if (!isGranted.includes(true)) throw new Lost("refresh");
  };
  return {
    kind: "refresh",
    perform() {
      session.rotationAskedAt = Date.now();
      return exchange(copies);
    },
    async settle() {
      const [row] = await sql(databaseOf(world), "select generation from sessions where id = ?", session.id);
      const { generation } = row as { generation: number };
      const isDone = generation !== from;
      if (isDone) requireSame("the generation after a refresh", generation, from + 1);
      if (mayBeRevoked(world.ledger, presented)) return isDone;
      if (isDone && !isInGrace(session)) {
        await askFar(world, "sessions.end", session.id);
        session.hasEnded = true;
        return true;
      }
      await exchange(1);
      return isDone;
    },
  };
}

/** Whether a refresh was granted, which only the revocation of a key excuses from. */
function noteRefresh(
  { ledger }: World,
  account: Account,
  { status, body }: Grants,
  { session, from }: { readonly session: Session; readonly from: number },
): boolean {
  if (status === 401 && mayBeRevoked(ledger, session.refreshTokens[from] ?? "")) return false;
  requireSame(`refresh of a living session (${body.code})`, status, 200);
  noteGrant(ledger, account, body, { session, generation: from + 1 });
  return true;
}

/** Presents the direct predecessor once more, as a client does that has not got its answer: it must get the same successor. */
export function retry(world: World, account: Account, session: Session): Act {
  const from = generationOf(session) - 1;
  return {
    kind: "retry",
    async perform() {
      const answer = await askRefresh(world, account, session.refreshTokens[from] ?? "");
      if (!noteRefresh(world, account, answer, { session, from })) throw new Lost("retry");
    },
    settle: async () => undefined,
  };
}

/** Presents a token that was exchanged twice since: the session ends. */
export function replay(world: World, account: Account, session: Session): Act {
  const presented = session.refreshTokens[generationOf(session) - 2] ?? "";
  return ending(world, account, {
    kind: "replay",
    sessions: [session],
    witness: presented,
    async act() {
      const { status, body } = await askRefresh(world, account, presented);
      requireSame("a replay", [status, body.code], [401, "invalid_grant"]);
    },
  });
}

/** Logs out one session, in any of the ways that there are. */
export function logOut(world: World, account: Account, session: Session): Act {
  const access = session.accessTokens.findLast(isFresh);
  const refreshToken = session.refreshTokens.at(-1);
  const others = living(account).filter((each) => each !== session);
  const other = others.map(({ accessTokens }) => accessTokens.findLast(isFresh)).find((token) => token !== undefined);
  const way = (path: string, options: SendOptions) => async () => {
    const { status } = await ask(world, account, ["DELETE", path], options);
    return status;
  };
  const ways = [
    ...(access === undefined ? [] : [{ witness: access, send: way("/token", { token: access }) }]),
    ...(refreshToken === undefined
      ? []
      : [{ witness: refreshToken, send: way("/token", { body: { refresh_token: refreshToken } }) }]),
    ...(other === undefined ? [] : [{ witness: other, send: way(`/me/sessions/${session.id}`, { token: other }) }]),
  ];
  const { witness, send } = world.dice.pick(ways);
  const act = async () => requireAnswer(world, witness, await send());
  return ending(world, account, { kind: "log-out", sessions: [session], witness, act });
}

export function logOutEverywhere(world: World, account: Account, session: Session): Act {
  const token = session.accessTokens.at(-1) ?? "";
  const act = async () => {
    const { status } = await ask(world, account, ["DELETE", "/me/sessions"], { token });
    requireAnswer(world, token, status);
  };
  return ending(world, account, { kind: "log-out everywhere", sessions: living(account), witness: token, act });
}

function requireAnswer({ ledger }: World, token: string, status: number): void {
  if (status === 401 && mayBeRevoked(ledger, token)) throw new Lost(`${kidOf(token)} was revoked`);
  requireSame("log-out", status, 204);
}

interface Ending {
  readonly kind: "log-out" | "log-out everywhere" | "replay";
  readonly sessions: readonly Session[];
  /** The token that it is done with. */
  readonly witness: string;
  act(): Promise<void>;
}

/** Ends sessions: each of them, or none. */
function ending(world: World, account: Account, { kind, sessions, witness, act }: Ending): Act {
  return {
    kind,
    async perform() {
      await act();
      // With a token of a key that is taken back nothing is done, and nobody is told.
      if (mayBeRevoked(world.ledger, witness)) throw new Lost(`${kidOf(witness)} was revoked`);
      noteEnded(sessions);
    },
    async settle() {
      const listed = await askFar<readonly { id: string }[]>(world, "sessions.list", account.id);
      const left = sessions.filter(({ id }) => listed.some((each) => each.id === id));
      if (left.length > 0 && left.length < sessions.length)
        throw new Error(`${kind} ended ${sessions.length - left.length} of ${sessions.length} sessions`);
      if (left.length === 0) noteEnded(sessions);
      return left.length === 0;
    },
  };
}

let passwords = 0;

/** Changes the password in one session, which goes on; the others end. */
export function changePassword(world: World, account: Account, session: Session): Act {
  const token = session.accessTokens.at(-1) ?? "";
  const [present, next] = [account.password, `nine grey geese at ${passwords++} o'clock`];
  const note = () => {
    account.password = next;
    noteEnded(living(account).filter((each) => each !== session));
  };
  return {
    kind: "password",
    async perform() {
      const body = { current_password: present, new_password: next };
      const { status } = await ask(world, account, ["PUT", "/me/password"], { token, body });
      if (status === 401 && mayBeRevoked(world.ledger, token)) throw new Lost("password");
      requireSame("change of a password", status, 204);
      note();
    },
    async settle() {
      account.lostLogIns++;
      const answers = [await askToken(world, account, present), await askToken(world, account, next)] as const;
      const statuses = answers.map(({ status }) => status);
      const isDone = statuses[1] === 200;
      requireSame("log-ins with the old and the new password", statuses, isDone ? [401, 200] : [200, 401]);
      if (isDone) note();
      noteGrant(world.ledger, account, answers[isDone ? 1 : 0].body);
      return isDone;
    },
  };
}
