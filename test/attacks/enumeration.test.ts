import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { expect, vi } from "vitest";
import type { PasswordJob } from "../../dist/passwords/password-job.js";
import { verifyPassword } from "../../dist/passwords/verify-password.js";
import { type Answer, headersOf, type OpenAuth, openAuth, PASSWORD } from "../http/open-auth.js";
import { attempt } from "./attack.js";

const WRONG = "eight wild geese at dawn";

/** A server with Ada, and with Bob, who is disabled; nobody is called Carl. */
async function openWithUsers(): Promise<OpenAuth> {
  const door = await openAuth();
  await door.signUp("ada");
  await door.auth.users.disable((await door.signUp("bob")).user_id);
  return door;
}

/** All that somebody learns from an answer. */
function learned(answer: Answer): object {
  return { status: answer.status, text: answer.text, headers: headersOf(answer) };
}

/** How likely it is that one of the first takes longer than one of the second: 0.5 where nothing tells them apart. */
function rankStatistic(first: readonly number[], second: readonly number[]): number {
  let longer = 0;
  for (const one of first) for (const other of second) longer += one > other ? 1 : one === other ? 0.5 : 0;
  return longer / (first.length * second.length);
}

const TURNS = 40;
const ROUNDS = 3;

/** The milliseconds that wrong passwords of each name take to be refused, in turns of which none follows an order. */
async function timesOf(names: readonly string[], door: OpenAuth): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let turn = 0; turn < TURNS; turn++) {
    // As long as it takes until the last turn is forgotten: nothing but the check is measured.
    door.clock.advance(3600);
    const order = names.map((name) => ({ name, rank: Math.random() })).sort((one, other) => one.rank - other.rank);
    for (const { name } of order) {
      const begin = performance.now();
      const { status } = await door.post("/token", { username: name, password: WRONG });
      times.get(name)?.push(performance.now() - begin);
      expect(status).toBe(401);
    }
  }
  return times;
}

/** The costs of all hashes that an act has the threads compute. */
async function computedBy(act: () => Promise<unknown>): Promise<readonly string[]> {
  const posted = vi.spyOn(Worker.prototype, "postMessage");
  try {
    await act();
    return posted.mock.calls.flatMap(([job]) => costsOf(job as PasswordJob));
  } finally {
    posted.mockRestore();
  }
}

const argon2 = createRequire(import.meta.url)("@node-rs/argon2") as typeof import("@node-rs/argon2");

/** Does a job once more, where it can be seen what it computes. */
function costsOf(job: PasswordJob): readonly string[] {
  if (job.kind === "hash") return ["a new hash"];
  const compared = vi.spyOn(argon2, "verifySync");
  try {
    verifyPassword(job.password, job.hash);
    return compared.mock.calls.map(([hash]) => /^\$argon2id\$[^$]*\$[^$]*\$/.exec(String(hash))?.[0] ?? "another");
  } finally {
    compared.mockRestore();
  }
}

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["a wrong password", "ada", WRONG],
  ["no password", "ada", ""],
  ["a password that nobody can have", "ada", "x".repeat(1025)],
  ["an unknown name", "carl", PASSWORD],
  ["a text that is no name", "\0", PASSWORD],
  ["a text too long for a name", "x".repeat(256), PASSWORD],
  ["a wrong password of a disabled account", "bob", WRONG],
];

attempt("who has an account", [
  [
    "S01",
    "an unknown name is answered like a wrong password: the same status, headers and bytes",
    async () => {
      const door = await openWithUsers();
      const answers: object[] = [];
      for (const [, username, password] of REFUSED)
        answers.push(learned(await door.post("/token", { username, password })));
      expect(answers[0]).toMatchObject({
        status: 401,
        text: JSON.stringify({
          type: "about:blank",
          title: "The username or the password is wrong.",
          status: 401,
          code: "invalid_credentials",
        }),
      });
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    },
  ],
  [
    "S02",
    "the time of a refusal does not tell an unknown name or a disabled account from a wrong password",
    async () => {
      const door = await openWithUsers();
      const found: number[][] = [];
      const isEven = (statistic: number) => statistic >= 0.35 && statistic <= 0.65;
      // The machine does other things too; what the server does differently shows in every round.
      while (found.length < ROUNDS && !found.at(-1)?.every(isEven)) {
        const times = await timesOf(["ada", "bob", "carl"], door);
        const of = (name: string) => times.get(name) ?? [];
        found.push([rankStatistic(of("carl"), of("ada")), rankStatistic(of("bob"), of("ada"))]);
      }
      expect(found.at(-1)?.every(isEven), JSON.stringify(found)).toBe(true);
    },
    180_000,
  ],
  [
    "S02",
    "every refusal computes one hash of today's cost, whatever is wrong",
    async () => {
      const door = await openWithUsers();
      for (const [what, username, password] of REFUSED) {
        const costs = await computedBy(() => door.post("/token", { username, password }));
        expect(costs, what).toEqual(["$argon2id$v=19$m=19456,t=2,p=1$"]);
      }
    },
  ],
  [
    "S05",
    "a disabled account is told after its right password, and never before",
    async () => {
      const door = await openWithUsers();
      const unknown = await door.post("/token", { username: "carl", password: WRONG });
      const before = await door.post("/token", { username: "bob", password: WRONG });
      expect(learned(before)).toEqual(learned(unknown));
      const after = await door.post("/token", { username: "bob", password: PASSWORD });
      expect([after.status, after.body.code]).toEqual([403, "account_disabled"]);
    },
  ],
  [
    "S05",
    "wrong passwords of a name that nobody has, and of a disabled account, are limited like those of any other",
    async () => {
      const door = await openWithUsers();
      const answersOf = async (username: string) => {
        const answers: object[] = [];
        for (let time = 0; time < 14; time++) {
          answers.push(learned(await door.post("/token", { username, password: WRONG })));
        }
        return answers;
      };
      const answers = await answersOf("ada");
      expect(answers[9]).toMatchObject({ status: 401 });
      expect(answers[10]).toMatchObject({ status: 429 });
      expect(await answersOf("carl")).toEqual(answers);
      expect(await answersOf("bob")).toEqual(answers);
      for (const username of ["ada", "bob", "carl"]) {
        expect(learned(await door.post("/token", { username, password: PASSWORD })), username).toEqual(answers[10]);
      }
    },
  ],
]);
