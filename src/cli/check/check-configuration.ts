import { createAuth } from "../../create-auth.js";
import type { OutputFlags } from "../output-flags.js";
import { readSettings, type ServerSettings } from "../settings.js";
import { colour } from "../terminal/colour.js";
import { printJson, write } from "../terminal/print.js";
import { printableLine } from "../terminal/printable.js";
import { checkDatabase } from "./check-database.js";
import { checkDurations } from "./check-durations.js";
import { checkFiles } from "./check-files.js";
import { checkPlaces } from "./check-places.js";
import { checkVariables } from "./check-variables.js";
import { type Finding, wrong } from "./finding.js";

/** `latchkey check`: tells what of the configuration is weak and why; answers whether nothing is. */
export async function checkConfiguration(flags: OutputFlags): Promise<boolean> {
  const findings = [...checkVariables(process.env), ...(await checkSettings(flags))];
  const isGood = findings.every(({ verdict }) => verdict === "ok");
  if (flags.json === true) await printJson({ ok: isGood, findings });
  else await write(findings.map(shown).join(""));
  return isGood;
}

async function checkSettings(flags: OutputFlags): Promise<readonly Finding[]> {
  let settings: ServerSettings;
  try {
    settings = readSettings(flags, process.env);
  } catch (error) {
    return [wrong(error)];
  }
  const found = [
    ...(await checkOptions(settings)),
    ...checkPlaces(settings),
    ...checkDurations(settings),
    ...checkFiles(settings),
    ...(await checkDatabase(settings)),
  ];
  const weak = new Set(found.filter(({ verdict }) => verdict === "weak").map(({ setting }) => setting));
  // One mistake can be met by two checks: the first one tells of it, and none calls the setting good.
  return found
    .filter(({ verdict, setting }) => verdict === "weak" || !weak.has(setting))
    .filter((finding, index, all) => all.findIndex(({ found: text }) => text === finding.found) === index);
}

/** What a server would refuse to start with, tried on a database that ends with it. */
async function checkOptions({ auth }: ServerSettings): Promise<readonly Finding[]> {
  try {
    const server = await createAuth({ ...auth, database: ":memory:" });
    await server.close();
    return [];
  } catch (error) {
    return [wrong(error)];
  }
}

function shown(finding: Finding): string {
  const { setting, found } = finding;
  const isGood = finding.verdict === "ok";
  const mark = isGood ? colour("green", "ok  ") : colour("red", "WEAK");
  const lines = [`${mark}  ${setting}: ${printableLine(found)}`];
  if (!isGood) lines.push(`      why: ${printableLine(finding.why)}`, `      do:  ${printableLine(finding.remedy)}`);
  return lines.map((line) => `${line}\n`).join("");
}
