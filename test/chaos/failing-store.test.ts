import { copyFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { masterKeyOf, newSecret } from "../../dist/keys/master-key.js";
import { rewrapKeys } from "../../dist/keys/rewrap-keys.js";
import { openStore } from "../../dist/store/open-store.js";
import {
  type Clock,
  createClock,
  DAY,
  newDatabase,
  type OpenAuth,
  openAuth,
  PASSWORD,
  sql,
} from "../http/open-auth.js";
import { isRefused, makePast, type Outcome, type Past, SECRET, STEPS, type Step } from "./faults/acts.js";
import { type Fault, underFault } from "./faults/faults.js";
import { type Inspection, inspect, type State } from "./faults/read-state.js";
import { isLong } from "./how-long.js";

/** In how many ways a statement fails. A lock that lasts is waited for, and is the business of other tests. */
const WAYS: readonly Omit<Fault, "at">[] = [
  { when: "before", failure: "full" },
  { when: "after", failure: "io" },
  { when: "before", failure: "plain" },
  { when: "before", failure: "busy" },
  { when: "after", failure: "plain" },
  { when: "before", failure: "io", lasting: true },
];

let past: Past;

beforeAll(async () => {
  // What a server does by the clock happens when a test says so, or its statements could not be counted.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  past = await makePast();
});
afterAll(() => {
  vi.useRealTimers();
});

/** A server on a copy of the past, and the file. */
interface Subject extends OpenAuth {
  readonly path: string;
}

async function openCopy(): Promise<Subject> {
  const path = newDatabase();
  copyFileSync(past.path, path);
  return { ...(await open(path)), path };
}

function open(path: string, secret = SECRET): Promise<OpenAuth> {
  return openAuth({ database: path, secret }, presentClock());
}

function presentClock(): Clock {
  const clock = createClock();
  clock.advance(past.seconds);
  return clock;
}

const look = (path: string): Inspection => inspect(path, past.labels, presentClock().now());

const LOST_ANSWER: Omit<Fault, "at"> = { when: "after", failure: "io" };

/**
 * All faults of an act with these statements. In the short form the ways take turns, only each commit loses its answer in any case, and some
 * statements inside a transaction are left out.
 */
function faultsOf(statements: readonly string[]): readonly Fault[] {
  return statements.flatMap((sql, index) => {
    // Asked ten times a second.
    if (sql === "pragma data_version" && index > statements.indexOf(sql)) return [];
    const turn = WAYS.filter((_, way) => way === index % WAYS.length);
    if (isLong) return WAYS.map((way) => ({ at: index + 1, ...way }));
    if (sql === "commit") return [LOST_ANSWER, ...turn].map((way) => ({ at: index + 1, ...way }));
    return sql.startsWith("begin") || index % 8 === 0 ? turn.map((way) => ({ at: index + 1, ...way })) : [];
  });
}

/** Which tokens live, what their users read, and which keys are published, as a server tells. */
async function told(auth: OpenAuth, more: Outcome | undefined): Promise<readonly string[]> {
  const tokens = [past.ada, past.adaElsewhere, past.bob, ...(more?.tokens === undefined ? [] : [more.tokens])];
  const answers = await Promise.all(tokens.map(({ token }) => auth.me(token)));
  return [...answers.map(({ status, text }) => `${status} ${text}`), (await auth.get("/.well-known/jwks.json")).text];
}

/** What a server has in memory must be what one that has just started reads, as soon as it has looked at the database once. */
async function requireLevel(subject: Subject, outcome: Outcome): Promise<void> {
  await vi.advanceTimersByTimeAsync(100);
  // Asked first: the other one's end would be a change for it to see.
  const found = await told(subject, outcome);
  const witness = await open(subject.path);
  expect(found).toEqual(await told(witness, outcome));
  await witness.auth.close();
}

/** What an act comes to where nothing fails: the states that it leaves with each of its transactions. */
interface Clean {
  readonly statements: readonly string[];
  readonly states: readonly State[];
}

async function runClean(step: Step): Promise<Clean> {
  const subject = await openCopy();
  const states = [look(subject.path).state];
  const { result, statements } = await underFault(
    undefined,
    () => step.act(subject, past),
    () => states.push(look(subject.path).state),
  );
  expect(result.answer).toBe(step.answer);
  await step.holds?.(subject, past, result);
  await subject.auth.close();
  return { statements, states };
}

const isIn = (states: readonly State[], state: State) =>
  states.some((each) => JSON.stringify(each) === JSON.stringify(state));

async function suffer(step: Step, fault: Fault, { states }: Clean): Promise<void> {
  const subject = await openCopy();
  const final = states.slice(-1);
  const { result, isMet } = await underFault(fault, () => step.act(subject, past));
  const isDone = result.answer === step.answer;
  expect(isMet).toBe(true);
  if (!isDone) requireHonest(result, fault);
  const { state, complaints } = look(subject.path);
  expect(complaints).toEqual([]);
  if (isDone) expect([state]).toEqual(final);
  else if (step.isMany !== true) expect(isIn(states, state), JSON.stringify(state, null, 1)).toBe(true);
  await requireLevel(subject, result);
  for (const tokens of result.ended ?? []) await isRefused(subject, tokens);
  if (isDone) await step.holds?.(subject, past, result);
  else await tryAgain(step, subject, isIn(final, state) && !isIn(states.slice(0, 1), state));
  await subject.auth.close();
  expect(look(subject.path).complaints).toEqual([]);
  rmSync(dirname(subject.path), { recursive: true });
}

/** A failure is called one, and says nothing of what failed. */
function requireHonest({ answer, text }: Outcome, { failure }: Fault): void {
  expect(failure === "plain" ? ["internal", "unavailable"] : ["unavailable"]).toContain(answer);
  expect(text).not.toMatch(/select|insert|update|begin|commit|disk|database|locked|nerve|\.js|stack/i);
}

async function tryAgain(step: Step, subject: Subject, hadTakenEffect: boolean): Promise<void> {
  const again = await step.act(subject, past);
  expect(again.answer).toBe(hadTakenEffect ? (step.twice ?? step.answer) : step.answer);
  await step.holds?.(subject, past, again);
  await requireLevel(subject, again);
}

describe("S71: where any one statement of it fails, and the commit too, nothing is half done, and it can be done again:", () => {
  it.each(STEPS)("$name", { timeout: isLong ? 1_800_000 : 120_000 }, async (step) => {
    const clean = await runClean(step);
    const failed: string[] = [];
    for (const fault of faultsOf(clean.statements)) {
      await suffer(step, fault, clean).catch((error: unknown) => failed.push(`${JSON.stringify(fault)}: ${error}`));
    }
    expect(failed).toEqual([]);
  });
});

/** The same for what is no request: done once without a fault, and once for each fault, each time from the past. */
async function eachFault(
  act: (path: string) => Promise<unknown>,
  check: (path: string) => Promise<void>,
): Promise<void> {
  const from = () => {
    const path = newDatabase();
    copyFileSync(past.path, path);
    return path;
  };
  const path = from();
  const { statements } = await underFault(undefined, () => act(path));
  await check(path);
  const failed: string[] = [];
  for (const fault of faultsOf(statements)) {
    const hurt = from();
    const ended = await underFault(fault, () => act(hurt).then(() => undefined, String));
    if (fault.failure !== "plain" && ended.result !== undefined)
      expect(ended.result).toMatch(/unavailable|cannot be opened|disk|not available/);
    await check(hurt).catch((error: unknown) => failed.push(`${JSON.stringify(fault)}: ${error}`));
    rmSync(dirname(hurt), { recursive: true });
  }
  expect(failed).toEqual([]);
}

const LONG_MS = isLong ? 1_800_000 : 120_000;

describe("S71: where any one statement fails,", () => {
  it(
    "a start is refused and the next one succeeds, with the keys and tokens of before",
    async () => {
      await eachFault(
        async (path) => (await open(path)).auth.close(),
        async (path) => {
          expect(look(path).complaints).toEqual([]);
          const subject = await open(path);
          expect((await subject.me(past.ada.token)).status).toBe(200);
          await subject.auth.close();
        },
      );
    },
    LONG_MS,
  );

  it(
    "a first start leaves nothing that keeps the next one from making one key set and one epoch",
    async () => {
      await eachFault(
        async (path) => (await open(`${path}.new`)).auth.close(),
        async (path) => {
          await (await open(`${path}.new`)).auth.close();
          const { state, complaints } = look(`${path}.new`);
          expect(complaints).toEqual([]);
          expect(state.keys).toHaveLength(2);
          expect(state.installation).toEqual(['["epoch","new"]', '["schema_version","1"]']);
        },
      );
    },
    LONG_MS,
  );

  it(
    "what is swept once a minute is swept at the next one, and keys that are due are made once",
    async () => {
      const later = () => {
        const clock = presentClock();
        clock.advance(100 * DAY);
        return clock;
      };
      await eachFault(
        async (path) => {
          const subject = await openAuth({ database: path, secret: SECRET }, presentClock());
          subject.clock.advance(100 * DAY);
          await vi.advanceTimersByTimeAsync(60_000);
          await subject.auth.close();
        },
        async (path) => {
          const subject = await openAuth({ database: path, secret: SECRET }, later());
          await vi.advanceTimersByTimeAsync(60_000);
          await subject.auth.close();
          const { state, attempts, complaints } = inspect(path, past.labels, later().now());
          expect(complaints).toEqual([]);
          expect({ ...state, users: 0, installation: 0 }).toMatchObject({ sessions: [], revocations: [] });
          expect(state.keys).toHaveLength(4);
          expect(attempts).toEqual([]);
        },
      );
    },
    LONG_MS,
  );

  it(
    "keys are sealed with the old secret or with the new one, and doing it again finishes it",
    async () => {
      const next = newSecret();
      const [from, to] = [SECRET, next].map((secret) => masterKeyOf(secret, "The secret"));
      if (from === undefined || to === undefined) throw new Error("There is no secret.");
      const rewrap = async (path: string) => {
        const store = await openStore(path);
        await rewrapKeys(store, from, to).finally(() => store.close());
      };
      await eachFault(rewrap, async (path) => {
        const { state, complaints } = look(path);
        expect(complaints).toEqual([]);
        const sealed = new Set(state.keys.map((key) => key.includes('"new"')));
        expect(sealed.size).toBe(1);
        const before = await open(path, sealed.has(true) ? next : SECRET);
        expect((await before.me(past.ada.token)).status).toBe(200);
        await before.auth.close();
        await rewrap(path);
        const subject = await open(path, next);
        expect((await subject.refresh(past.ada.refresh_token)).status).toBe(200);
        await subject.auth.close();
        await expect(open(path, SECRET)).rejects.toThrow(/secret is not the one/);
      });
    },
    LONG_MS,
  );

  it(
    "what another process took back is refused at the next look, a tenth of a second later",
    async () => {
      const subjects = new Map<string, OpenAuth>();
      await eachFault(
        async (path) => {
          const subject = subjects.get(path) ?? (await open(path));
          subjects.set(path, subject);
          const other = await open(path);
          await other.auth.logOut({ accessToken: past.ada.token }).finally(() => other.auth.close());
          await vi.advanceTimersByTimeAsync(100);
        },
        async (path) => {
          const subject = subjects.get(path) ?? (await open(path));
          const [session] = (await sql(path, "select ended_at from sessions order by created_at limit 1")) as [
            { ended_at: number | null },
          ];
          await vi.advanceTimersByTimeAsync(100);
          expect((await subject.me(past.ada.token)).status).toBe(session.ended_at === null ? 200 : 401);
          await subject.auth.close();
        },
      );
    },
    LONG_MS,
  );

  it(
    "failed attempts are counted once or not at all, and right ones are given back",
    async () => {
      await eachFault(
        async (path) => {
          const subject = await open(path);
          await subject.post("/token", { username: "bob", password: "wrong wrong wrong" });
          await subject.post("/token", { username: "bob", password: PASSWORD });
          await subject.auth.close();
        },
        async (path) => {
          const now = presentClock().now();
          // Pair and network, as a failure each at most; what was given back is not there.
          for (const row of look(path).attempts) expect(Number(row.empty_at) - now).toBeLessThanOrEqual(2 * 3_600_000);
          const subject = await open(path);
          expect((await subject.post("/token", { username: "bob", password: PASSWORD })).status).toBe(200);
          await subject.auth.close();
          // What could not be given back when the server closed stays a failure, and that is one.
          for (const row of look(path).attempts) expect(Number(row.empty_at) - now).toBeLessThanOrEqual(3_600_000);
        },
      );
    },
    LONG_MS,
  );
});
