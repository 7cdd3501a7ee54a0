import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { Instrumenter } from "@stryker-mutator/instrumenter";

const DIST = resolve(import.meta.dirname, "../../dist");
const SILENT = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false };
const OPTIONS = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false };

/**
 * The mutants of built modules, and the code in which each waits behind a switch. A mutant knows the text of its lines as they are and as
 * they become, so that it is found again where the lines move.
 */
export async function mutantsOf(paths) {
  const given = paths.map((name) => ({ name, content: readFileSync(name, "utf8"), mutate: true }));
  const { files, mutants } = await new Instrumenter(SILENT).instrument(given, OPTIONS);
  const textOf = new Map(given.map(({ name, content }) => [name, content.split("\n")]));
  return {
    code: files.map(({ name, content }) => [name.replaceAll("\\", "/"), content]),
    mutants: mutants
      .filter(({ status }) => status !== "Ignored")
      .map((mutant) => ({ id: mutant.id, ...changeOf(mutant, textOf.get(mutant.fileName)) })),
  };
}

function changeOf({ fileName, location: { start, end }, replacement }, text) {
  const lines = text.slice(start.line, end.line + 1);
  const before = lines[0].slice(0, start.column);
  const after = lines.at(-1).slice(end.column);
  return {
    file: relative(DIST, fileName).replaceAll("\\", "/").replace(/\.js$/, ""),
    of: onOneLine(lines.join(" ")),
    becomes: onOneLine(before + replacement + after),
  };
}

function onOneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}
