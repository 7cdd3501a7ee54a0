import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { endAll, LATCHKEY, newFolder, type Server, send, signUp, startServer, until } from "../cli/run-server.js";
import { type Answered, complaintsOf } from "../http/check-answer.js";
import { createDice, type Dice } from "./dice.js";
import { bytesOf, type Draft, goodDraft, type Scene } from "./fuzz/fuzz-drafts.js";
import { garbage, spoil } from "./fuzz/fuzz-mutations.js";
import { type Document, type Operation, operationsOf } from "./fuzz/fuzz-operations.js";
import { createPeople } from "./fuzz/fuzz-people.js";
import { isLong } from "./how-long.js";
import { canTell, eventCounts, startHashThreads, untilDescriptors, vitalsOf } from "./vitals.js";
import { openWire, type Wire } from "./wire.js";

/**
 * Requests to every operation of the OpenAPI document, right ones and spoiled ones, and bytes that are hardly HTTP. A failure prints its seed;
 * run it again with LATCHKEY_SEED=<seed>.
 */

afterAll(endAll);

const SEED = Number(process.env.LATCHKEY_SEED ?? randomInt(2 ** 31 - 1));
const SECONDS = isLong ? 600 : 15;
// A machine that has much to do gets more time for so many; but not for ever.
const LEAST = isLong ? 40_000 : 4000;
const MOST_SECONDS = SECONDS + 60;
const CONNECTIONS = 32;
const INNER_VITALS = fileURLToPath(new URL("./inner-vitals.mjs", import.meta.url));

// Half of a kilobyte a request, and what a warm heap moves by itself.
const slackMib = (requests: number) => 1 + requests / 2048;
const RESIDENT_SLACK = isLong ? 1.1 : 1.25;
// A machine that has much to do stops a process for a while too.
const STALL_MS = 3000;

/** The events of a server that works; all others tell of something that went wrong. */
const USUAL_EVENTS = [
  "user.signed_up",
  "user.logged_in",
  "user.logged_out",
  "user.log_in_failed",
  "user.password_changed",
  "user.logged_out_everywhere",
  "session.ended",
  "session.replayed",
  "attempts.blocked",
  "login.spray_suspected",
];

interface InnerVitals {
  readonly turn: number;
  readonly heapMib: number;
  readonly slowestMs: number;
}

/** A server that tells of its heap, and what came of the requests to it. */
interface Fuzzed {
  readonly server: Server;
  readonly scene: Scene;
  look(): Promise<InnerVitals & { readonly residentMib: number }>;
}

async function startFuzzed(): Promise<Fuzzed> {
  const file = join(newFolder(), "vitals.json");
  const server = await startServer({
    command: [process.execPath, "--expose-gc", "--import", INNER_VITALS, LATCHKEY],
    environment: {
      VITALS_FILE: file,
      LATCHKEY_TRUSTED_PROXIES: "127.0.0.1",
      // Short, so that what is kept for the life of a token goes again while all is watched.
      LATCHKEY_ACCESS_SECONDS: "20",
    },
  });
  const { body } = await send<Document & Record<string, unknown>>("GET", `${server.at}/openapi.json`);
  const operations = operationsOf(body as Document);
  if (operations.length === 0) throw new Error("The document has no operations.");
  const issuer = `http://localhost:${server.port}`;
  let turn = 0;
  return {
    server,
    scene: { operations, people: createPeople(), issuer },
    async look() {
      server.child.kill("SIGUSR2");
      turn += 1;
      const inner = await until(() => {
        try {
          const vitals = JSON.parse(readFileSync(file, "utf8")) as InnerVitals;
          return vitals.turn === turn ? vitals : undefined;
        } catch {
          return undefined;
        }
      });
      return { ...inner, ...vitalsOf(server) };
    },
  };
}

/** How often each status came, and which operations were answered as they want to be. */
interface Tally {
  asked: number;
  readonly statuses: Record<string, number>;
  readonly succeeded: Set<string>;
  readonly complaints: string[];
}

function count(tally: Tally, what: string | number): void {
  tally.statuses[what] = (tally.statuses[what] ?? 0) + 1;
}

/** Answers of Node itself to what is no request, before anybody of ours sees it. */
function isOfNode({ status, headers, text }: Answered): boolean {
  return [400, 408, 413, 417, 431].includes(status) && text === "" && headers.get("x-request-id") === null;
}

/** What is wrong with an answer to a request; nothing where it is as the document says. */
function wrongWith(draft: Draft, answer: Answered): readonly string[] {
  const { status, headers } = answer;
  if (!draft.isGood && isOfNode(answer)) return [];
  if (status === 503 && headers.get("retry-after") === null) return ["503 without Retry-After"];
  if (status >= 500 && status !== 503) return ["a failure of the server"];
  const path = pathOf(draft.target);
  const complaints =
    path === undefined ? ["There is no such URL."] : complaintsOf({ method: draft.method, path }, answer);
  if (complaints.length === 0 || !draft.isUnreadable || status !== 400) return complaints;
  // A refusal of its own kind, which no operation declares: its form is that of any other.
  return complaintsOf({ method: draft.method, path: "" }, { ...answer, status: 404 });
}

/** The path that a server reads in a target; empty where it does not look. */
function pathOf(target: string): string | undefined {
  const whole = target.startsWith("/") ? `http://127.0.0.1${target}` : target;
  if (!URL.canParse(whole)) return undefined;
  const { pathname, search, hash } = new URL(whole);
  return pathname.length + search.length + hash.length > 4096 ? "" : pathname;
}

function nameOf(draft: Draft, operations: readonly Operation[]): string | undefined {
  const found = operations.find(
    ({ method, path }) =>
      method === draft.method && new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(draft.target),
  );
  return found && `${found.method} ${found.path}`;
}

function shown(bytes: Buffer | undefined): string {
  return JSON.stringify(bytes?.toString("latin1").slice(0, 2000));
}

interface Asking {
  readonly fuzzed: Fuzzed;
  readonly tally: Tally;
  wire: Wire;
  /** What was asked before on this connection. */
  last: Buffer | undefined;
}

/** A connection that was used before may be closed at the moment of the next request, which is then sent once more. */
async function answerTo(asking: Asking, bytes: Buffer, method: string): Promise<Answered | "hung up" | "silent"> {
  const answer = await asking.wire.ask(bytes, { method });
  if (answer !== "hung up" || asking.last === undefined) return answer;
  asking.wire = await openWire(asking.fuzzed.server.port);
  asking.last = undefined;
  return asking.wire.ask(bytes, { method });
}

async function askOnce(asking: Asking, dice: Dice, named?: Operation): Promise<void> {
  const {
    fuzzed: { scene },
    tally,
    wire,
  } = asking;
  const draft = goodDraft(scene, dice, named);
  // A right password costs a hash, and the others would wait for it.
  const costsHash = Object.keys(draft.members).some((name) => name.includes("password"));
  if (named === undefined && dice.chance(costsHash ? 0.9 : 0.65)) spoil(draft, dice);
  const bytes = bytesOf(draft);
  const { last } = asking;
  const complain = (what: string, answer?: Answered) => {
    const told = answer && `${answer.status} ${answer.text.slice(0, 300)}`;
    tally.complaints.push(`${what}: ${told}\n  to ${shown(bytes)}\n  after ${shown(last)}`);
  };
  if (draft.isBroken) {
    for (const answer of await wire.spill(bytes, 100)) {
      count(tally, answer.status);
      if (answer.status >= 500 && answer.status !== 503) complain("a failure of the server", answer);
    }
    wire.close();
    return;
  }
  const answer = await answerTo(asking, bytes, draft.method);
  if (typeof answer === "string") {
    count(tally, answer);
    complain(answer);
    asking.wire.close();
    return;
  }
  count(tally, answer.status);
  for (const wrong of wrongWith(draft, answer)) complain(wrong, answer);
  asking.last = bytes;
  if (asking.wire.surplus > 0) complain("there is more than one answer", answer);
  if (!draft.isGood) return;
  scene.people.learn(draft, answer);
  const name = nameOf(draft, scene.operations);
  if (name !== undefined && answer.status < 300) tally.succeeded.add(name);
}

async function throwGarbage({ tally, wire }: Asking, dice: Dice): Promise<void> {
  const bytes = garbage(dice);
  for (const answer of await wire.spill(bytes, 50)) {
    count(tally, answer.status);
    if (answer.status >= 500 || answer.status < 200)
      tally.complaints.push(
        `${answer.status} to the garbage ${JSON.stringify(bytes.toString("latin1").slice(0, 500))}`,
      );
  }
  wire.close();
}

const TRIES = 50;

/** Asks every operation until it is answered well: what comes later reaches all of the code. */
async function askEach(fuzzed: Fuzzed, tally: Tally): Promise<void> {
  const asking: Asking = { fuzzed, tally, wire: await openWire(fuzzed.server.port), last: undefined };
  const signUpOperation = fuzzed.scene.operations.find(({ path }) => path === "/signup");
  for (const operation of fuzzed.scene.operations) {
    const isAnswered = () => tally.succeeded.has(`${operation.method} ${operation.path}`);
    for (let tried = 0; tried < TRIES && !isAnswered(); tried++) {
      tally.asked += 1;
      if (!asking.wire.isOpen) Object.assign(asking, { wire: await openWire(fuzzed.server.port), last: undefined });
      const dice = createDice(SEED - tally.asked);
      // What was asked before may have ended every session there was.
      await askOnce(asking, dice, fuzzed.scene.people.held(dice) === undefined ? signUpOperation : operation);
    }
  }
  asking.wire.close();
}

/** Asks on several connections at once until the time is over and enough was asked, or there is enough to complain of. */
async function fuzz(fuzzed: Fuzzed, tally: Tally, part: number): Promise<void> {
  const [from, first] = [performance.now(), tally.asked];
  const isOver = () => {
    const seconds = (performance.now() - from) / 1000;
    const isEnough = seconds >= SECONDS * part && tally.asked - first >= LEAST * part;
    return isEnough || seconds >= MOST_SECONDS * part || tally.complaints.length >= 20;
  };
  const work = async () => {
    const asking: Asking = { fuzzed, tally, wire: await openWire(fuzzed.server.port), last: undefined };
    while (!isOver()) {
      const dice = createDice(SEED + tally.asked);
      tally.asked += 1;
      if (!asking.wire.isOpen) Object.assign(asking, { wire: await openWire(fuzzed.server.port), last: undefined });
      await (dice.chance(0.02) ? throwGarbage(asking, dice) : askOnce(asking, dice));
    }
    asking.wire.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

/** What a server said last counts for more than that nobody can connect to it. */
async function orItsEnd({ child, stderr }: Server, asking: Promise<void>): Promise<void> {
  await asking.catch((error: unknown) => {
    if (child.exitCode === null) throw error;
    throw new Error(`seed ${SEED}: the server ended (${child.exitCode}): ${stderr().slice(-2000)}`);
  });
}

describe.runIf(canTell)("S85: a server that is asked anything", () => {
  it(
    `answers as it says, fails at nothing and keeps nothing (seed ${SEED})`,
    async () => {
      const fuzzed = await startFuzzed();
      const { server, scene, look } = fuzzed;
      await startHashThreads(server);
      const { descriptors } = vitalsOf(server);
      const tally: Tally = { asked: 0, statuses: {}, succeeded: new Set(), complaints: [] };
      await orItsEnd(server, askEach(fuzzed, tally));
      await orItsEnd(server, fuzz(fuzzed, tally, 0.4));
      expect(tally.complaints, `seed ${SEED}`).toEqual([]);
      const warm = await look();
      const before = tally.asked;
      await orItsEnd(server, fuzz(fuzzed, tally, 0.6));
      const after = await look();
      console.log(
        `seed ${SEED}: ${tally.asked} requests, ${JSON.stringify(tally.statuses)}; ` +
          `resident ${warm.residentMib.toFixed(0)} → ${after.residentMib.toFixed(0)} MiB, ` +
          `heap ${warm.heapMib.toFixed(1)} → ${after.heapMib.toFixed(1)} MiB after ${tally.asked - before} requests, ` +
          `slowest turn of the loop ${Math.max(warm.slowestMs, after.slowestMs).toFixed(0)} ms; ` +
          `events ${JSON.stringify(eventCounts(server))}`,
      );
      expect(tally.complaints, `seed ${SEED}`).toEqual([]);
      expect([...tally.succeeded].sort()).toEqual(
        scene.operations.map(({ method, path }) => `${method} ${path}`).sort(),
      );
      expect(server.child.exitCode).toBeNull();
      expect(Object.keys(eventCounts(server)).filter((event) => !USUAL_EVENTS.includes(event))).toEqual([]);
      expect(after.heapMib - warm.heapMib, "MiB of heap that were kept").toBeLessThan(slackMib(tally.asked - before));
      expect(after.residentMib / warm.residentMib).toBeLessThan(RESIDENT_SLACK);
      expect(Math.max(warm.slowestMs, after.slowestMs)).toBeLessThan(STALL_MS);
      await untilDescriptors(server, descriptors + 2);
      const { refresh_token } = await signUp(server, "ada after all");
      const again = await send("POST", `${server.at}/token/refresh`, { body: { refresh_token } });
      expect(again.status).toBe(200);
    },
    (MOST_SECONDS + 90) * 1000,
  );
});
