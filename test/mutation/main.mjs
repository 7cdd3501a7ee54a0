// `npm run mutation`: changes the build of a layer in one place at a time and sees whether a test notices. `npm run mutation -- guard` takes
// one layer, `-- tokens/compact tokens/jws` some of its files, `-- --again tokens` what survived the last
// time. It ends with 1 where a mutant survives that explained.json says nothing of.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAYERS } from "./layers.mjs";
import { mutantsOf } from "./mutants-of.mjs";
import { tryIn } from "./try-in.mjs";

const DIST = join(import.meta.dirname, "../../dist");
const CACHE = join(import.meta.dirname, "../../node_modules/.cache");
const EXPLAINED = JSON.parse(readFileSync(join(import.meta.dirname, "explained.json"), "utf8"));
// For one test. What was too slow for the first is tried once more with the second, alone: a busy machine is not a kill.
const SECONDS = 10;
const PATIENT_SECONDS = 60;

const AGAIN = "--again";
const names = process.argv.slice(2).filter((name) => name !== AGAIN);
const isAgain = process.argv.includes(AGAIN);
const wanted = names.length > 0 ? names : Object.keys(LAYERS);
const complaints = [];
for (const layer of new Set(wanted.map((name) => name.split("/")[0]))) {
  if (!(layer in LAYERS)) throw new Error(`There is no layer ${layer}: ${Object.keys(LAYERS).join(", ")}.`);
  await tryLayer(layer, filesOf(layer));
}
if (complaints.length > 0) {
  console.log(`\n${complaints.join("\n")}`);
  process.exitCode = 1;
}

function filesOf(layer) {
  const all = readdirSync(join(DIST, layer)).filter((name) => name.endsWith(".js"));
  const files = all.map((name) => `${layer}/${name.slice(0, -".js".length)}`);
  return wanted.includes(layer) ? files : files.filter((file) => wanted.includes(file));
}

async function tryLayer(layer, files) {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-mutants-"));
  try {
    const { code, mutants: all } = await mutantsOf(files.map((file) => join(DIST, `${file}.js`)));
    const mutants = isAgain ? all.filter(survivedLast(layer)) : all;
    const common = { folder, code, seconds: SECONDS };
    const tests = Object.entries(LAYERS[layer]);
    const withSlowTests = new Set();
    const tryQuick = async (test, few) => {
      const { slowTests } = await tryInFile({ ...common, test, slow: false }, few);
      if (slowTests > 0) withSlowTests.add(test);
      keep(layer, mutants);
    };
    for (const [test, near] of tests) {
      const isNear = ({ file }) => near.includes(file.slice(layer.length + 1));
      await tryQuick(
        test,
        mutants.filter((mutant) => isAlive(mutant) && isNear(mutant)),
      );
    }
    for (const [test, near] of tests) {
      const isFar = ({ file }) => !near.includes(file.slice(layer.length + 1));
      await tryQuick(
        test,
        mutants.filter((mutant) => isAlive(mutant) && isFar(mutant)),
      );
    }
    for (const test of withSlowTests) await tryInFile({ ...common, test, slow: true }, mutants.filter(isAlive));
    for (const mutant of mutants.filter(({ verdict }) => verdict === "late")) {
      mutant.verdict = undefined;
      await tryInFile({ ...mutant.session, seconds: PATIENT_SECONDS }, [mutant]);
      if (mutant.verdict === "late") mutant.verdict = mutant.isEndless ? "endless" : "killed";
    }
    keep(layer, mutants);
    report(layer, files, mutants);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What survives so far is kept, so that a new test can be tried on it alone, or a run that was broken off goes on. */
function keptIn(layer) {
  const asked = wanted.filter((name) => name.split("/")[0] === layer).join(" ");
  return join(CACHE, `mutants-${asked.replaceAll("/", "-").slice(0, 200)}.json`);
}

function keep(layer, mutants) {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(keptIn(layer), JSON.stringify(mutants.filter(isAlive).map(changeOf)));
}

function survivedLast(layer) {
  const kept = new Set(JSON.parse(readFileSync(keptIn(layer), "utf8")));
  return (mutant) => kept.has(changeOf(mutant));
}

function changeOf({ file, of, becomes }) {
  return JSON.stringify([file, of, becomes]);
}

function isAlive({ verdict }) {
  return verdict === undefined;
}

async function tryInFile(session, mutants) {
  const { outcomes, slowTests } = await tryIn(
    session,
    mutants.map(({ id }) => id),
  );
  for (const mutant of mutants) {
    const outcome = outcomes.get(mutant.id);
    if (outcome === undefined) continue;
    mutant.reached = true;
    if (outcome.verdict !== "survived") Object.assign(mutant, { ...outcome, session });
  }
  const alive = mutants.filter(isAlive).length;
  const which = session.slow ? "slow tests" : "quick tests";
  console.log(`${session.test}, ${which}: ${outcomes.size} tried, ${alive} of ${mutants.length} still alive`);
  return { slowTests };
}

function report(layer, files, mutants) {
  const explanations = EXPLAINED.filter(({ file }) => files.includes(file)).map((each) => ({ ...each, uses: 0 }));
  const survivors = mutants.filter(isAlive);
  const unexplained = survivors.filter(({ file, of, becomes }) => {
    const explanation = explanations.find((each) => each.file === file && each.of === of && each.becomes === becomes);
    if (explanation !== undefined) explanation.uses += 1;
    return explanation === undefined;
  });
  for (const { file, of, becomes, reached } of unexplained) {
    console.log(`\n${reached ? "Survives" : "Is never reached"}: ${file}\n- ${of}\n+ ${becomes}`);
  }
  const endless = mutants.filter(({ verdict }) => verdict === "endless").length;
  const killed = mutants.length - survivors.length - endless;
  const score = ((100 * (killed + endless)) / mutants.length).toFixed(2);
  console.log(`\n${layer}: ${mutants.length} mutants, ${killed} killed, ${endless} run without end,`);
  console.log(
    `  ${survivors.length - unexplained.length} explained, ${unexplained.length} surviving; score ${score} %\n`,
  );
  if (unexplained.length > 0) complaints.push(`${layer}: ${unexplained.length} mutants survive.`);
  for (const { file, of, becomes } of explanations.filter(({ uses }) => uses === 0)) {
    complaints.push(`${file}: explained, but no survivor:\n- ${of}\n+ ${becomes}`);
  }
}
