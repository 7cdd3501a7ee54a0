import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");
// No answer for this many times the seconds of a test: the process hangs.
const PATIENCE = 12;

/**
 * Tries mutants in the quick or in the slow tests of one file, in as many processes as there are processors. Answers what became of each
 * that these tests reach: `killed` and by which test, `late` where only a time limit says so, `endless` where it is counted, `survived`.
 */
export async function tryIn({ test, folder, code, seconds, slow }, ids) {
  if (ids.length === 0) return { outcomes: new Map(), slowTests: 0 };
  const processes = Math.min(availableParallelism(), ids.length);
  // Neighbours are alike: some files of mutants take far longer than others.
  const shares = Array.from({ length: processes }, (_, at) => ids.filter((_id, index) => index % processes === at));
  const codeFile = join(folder, "code.json");
  writeFileSync(codeFile, JSON.stringify(code));
  const found = await Promise.all(
    shares.map((mutants, at) => {
      const paths = { codeFile, job: join(folder, `job-${at}.json`), results: join(folder, `results-${at}.jsonl`) };
      return tryShare({ test, seconds, slow, ...paths }, mutants);
    }),
  );
  return {
    outcomes: new Map(found.flatMap(({ outcomes }) => [...outcomes])),
    slowTests: Math.max(...found.map(({ slowTests }) => slowTests)),
  };
}

/** One process after another, where a mutant takes its process with it. */
async function tryShare(session, mutants) {
  const outcomes = new Map();
  let slowTests = 0;
  let open = mutants;
  while (open.length > 0) {
    await runOnce(session, open);
    const lines = readFileSync(session.results, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const complaint = lines.find(({ failed }) => failed);
    if (complaint !== undefined || lines.length === 0) {
      throw new Error(`${session.test} does not pass without a mutant: ${JSON.stringify(complaint)}`);
    }
    slowTests = lines[0].slowTests;
    for (const { id, failure } of lines) if (failure !== undefined) outcomes.set(id, outcomeOf(failure));
    const last = lines.at(-1);
    if (last.begun !== true) break;
    outcomes.set(last.id, { verdict: "late", by: "The process did not come back.", isEndless: true });
    open = open.slice(open.indexOf(last.id) + 1);
  }
  return { outcomes, slowTests };
}

async function runOnce({ test, seconds, slow, codeFile, job, results }, mutants) {
  writeFileSync(results, "");
  writeFileSync(job, JSON.stringify({ mutants, results, seconds, slow }));
  const child = spawn(
    process.execPath,
    [VITEST, "run", "--config", "test/mutation/vitest.config.ts", `test/${test}.test.ts`],
    {
      cwd: ROOT,
      env: { ...process.env, MUTATION_JOB: job, MUTATION_CODE: codeFile },
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
    },
  );
  const closed = new Promise((done) => child.on("close", done));
  let told = "";
  let silent = 0;
  const watch = setInterval(
    () => {
      const now = readFileSync(results, "utf8");
      silent = now === told ? silent + 1 : 0;
      // Before the first line all tests of the file are run, twice.
      if (silent > (now === "" ? 10 : 0)) process.kill(-child.pid, "SIGKILL");
      told = now;
    },
    PATIENCE * seconds * 1000,
  );
  await closed;
  clearInterval(watch);
}

function outcomeOf(failure) {
  if (failure === null) return { verdict: "survived" };
  const by = `${failure.test}: ${failure.message}`.slice(0, 300);
  if (failure.message === "It runs in circles.") return { verdict: "endless", by };
  // A test of how long something takes, too, may fail for the machine.
  const isEndless = failure.message.includes("timed out in");
  return { verdict: isEndless || failure.message.includes("to be less than") ? "late" : "killed", by, isEndless };
}
