// Runs a test file once, to see which test reaches which mutant, and then once for each mutant: with every module loaded afresh, the mutant
// in it, and of the tests those that reach it, until one fails. All that in one process, because starting one costs more than most tests.
import crypto from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { startTests } from "@vitest/runner";
import { TestRunner, vi } from "vitest";

const { mutants, results, seconds, slow } = JSON.parse(readFileSync(process.env.MUTATION_JOB, "utf8"));
// Stryker's switches ask here which mutant is active, and tell here which ones they have met.
globalThis.__stryker__ ??= {};
const stryker = globalThis.__stryker__;
// What takes longer, in milliseconds of the processor, is asked last of all.
const QUICK = 100;
const DER = { format: "der", type: "pkcs8" };
// A mutant that is met this many times as often as without it runs in circles.
const CIRCLES = 100;

// RSA keys cost more than all else that is loaded afresh, to make and at their first use: the first that is asked for is the same in every
// run, and so on.
const { createPrivateKey, generateKeyPairSync } = crypto;
const pairs = new Map();
const handles = new WeakMap();
let asked = 0;
crypto.generateKeyPairSync = (type, options) => {
  if (type !== "rsa") return generateKeyPairSync(type, options);
  const place = `${asked++} ${JSON.stringify(options)}`;
  if (!pairs.has(place)) {
    const pair = generateKeyPairSync(type, options);
    if (pair.privateKey instanceof Uint8Array)
      handles.set(pair.privateKey, createPrivateKey({ ...DER, key: pair.privateKey }));
    pairs.set(place, pair);
  }
  return pairs.get(place);
};
crypto.createPrivateKey = (given) => handles.get(given?.key) ?? createPrivateKey(given);
syncBuiltinESMExports();

function tell(line) {
  appendFileSync(results, `${JSON.stringify(line)}\n`);
}

function nameOf(test) {
  return test.suite === undefined ? test.name : `${nameOf(test.suite)} > ${test.name}`;
}

/** Runs tests without telling Vitest: it has heard the outcome of this file already. */
class Trial extends TestRunner {
  wanted = new Set();
  failure;

  onCollected([file]) {
    this.choose(file);
  }

  choose(suite) {
    const chosen = suite.tasks.filter((task) => {
      const isWanted = task.type === "suite" ? this.choose(task) : this.wanted.has(nameOf(task));
      if (!isWanted) task.mode = "skip";
      return isWanted;
    });
    return chosen.length > 0;
  }

  async onBeforeRunTask(test) {
    if (this.failure !== undefined) test.mode = "skip";
    await super.onBeforeRunTask(test);
  }

  onAfterRunTask(test) {
    if (test.result?.state === "fail") this.failure ??= failureOf(test);
    super.onAfterRunTask(test);
  }

  async onAfterRunSuite(suite) {
    if (suite.result?.state === "fail" && suite.result.errors?.length > 0) this.failure ??= failureOf(suite);
    this.workerState.current = suite.suite ?? suite.file;
  }
}

function failureOf(task) {
  return { test: nameOf(task), message: task.result?.errors?.[0]?.message ?? "" };
}

export default class MutationRunner extends TestRunner {
  tests = { quick: new Set(), slow: new Set() };
  begun;

  onBeforeTryTask(test) {
    stryker.currentTestId = nameOf(test);
    this.begun = process.cpuUsage();
    super.onBeforeTryTask(test);
  }

  onAfterRunTask(test) {
    if (stryker.currentTestId !== undefined) {
      const { user, system } = process.cpuUsage(this.begun);
      const isQuick = user + system <= QUICK * 1000;
      this.tests[isQuick ? "quick" : "slow"].add(stryker.currentTestId);
    }
    stryker.currentTestId = undefined;
    super.onAfterRunTask(test);
  }

  async onAfterRunFiles(files) {
    const [file] = files;
    const failed = file.result?.state === "fail";
    tell({ failed, slowTests: this.tests.slow.size });
    const wanted = slow ? this.tests.slow : this.tests.quick;
    if (!failed && wanted.size > 0) await this.tryAll(file.filepath, wanted, coverageOf(stryker.mutantCoverage));
    super.onAfterRunFiles(files);
  }

  async tryAll(path, wanted, reached) {
    const trial = new Trial({ ...this.config, testTimeout: seconds * 1000, hookTimeout: 2 * seconds * 1000 });
    Object.defineProperty(trial, "moduleRunner", { value: this.moduleRunner });
    trial.__setTraces(this._otel);
    const all = new Set([...this.tests.quick, ...this.tests.slow]);
    // The tests must pass a second time in the same process, or they would kill every mutant.
    const control = await outcomeOf(trial, path, undefined, { tests: all, hits: 0 });
    if (control !== undefined) return tell({ failed: true, ...control });
    const alone = new Map();
    const standsAlone = async (test) => {
      if (!all.has(test)) return true;
      if (!alone.has(test))
        alone.set(test, await outcomeOf(trial, path, undefined, { tests: new Set([test]), hits: 0 }));
      return alone.get(test) === undefined;
    };
    for (const id of mutants) {
      const { tests = wanted, hits } = reached.get(id) ?? { tests: new Set() };
      const chosen = new Set([...tests].filter((test) => wanted.has(test)));
      if (chosen.size === 0) continue;
      tell({ id, begun: true });
      let failure = await outcomeOf(trial, path, id, { tests: chosen, hits });
      // A test that needs what one before it has done says nothing without that one.
      if (failure !== undefined && !(await standsAlone(failure.test))) {
        failure = await outcomeOf(trial, path, id, { tests: all, hits });
      }
      tell({ id, failure: failure ?? null });
    }
  }
}

/** Which mutants the tests of the file have met: by which tests, where nothing outside of them has met them, and how often. */
function coverageOf(coverage = { static: {}, perTest: {} }) {
  const reached = new Map();
  for (const [test, hits] of Object.entries(coverage.perTest)) {
    for (const [id, count] of Object.entries(hits)) {
      const reach = reached.get(id) ?? { tests: new Set(), hits: 0 };
      reach.tests.add(test);
      reached.set(id, { ...reach, hits: reach.hits + count });
    }
  }
  for (const [id, count] of Object.entries(coverage.static)) {
    reached.set(id, { tests: undefined, hits: (reached.get(id)?.hits ?? 0) + count });
  }
  return reached;
}

async function outcomeOf(trial, path, id, { tests, hits }) {
  vi.resetModules();
  asked = 0;
  Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: CIRCLES * hits + 1000 });
  Object.assign(trial, { wanted: tests, failure: undefined });
  const [file] = await startTests([path], trial);
  if (stryker.hitCount > stryker.hitLimit) return { test: "", message: "It runs in circles." };
  return trial.failure ?? (file.result?.state === "fail" ? failureOf(file) : undefined);
}
