import { createAuth } from "../../create-auth.js";
import type { OutputFlags } from "../output-flags.js";
import { readSettings, type ServerSettings } from "../settings.js";
import { colour } from "../terminal/colour.js";
import { printJson, write } from "../terminal/print.js";
import { printableLine } from "../terminal/printable.js";
import { checkBrand } from "./check-brand.js";
import { checkDatabase } from "./check-database.js";
import { checkDurations } from "./check-durations.js";
import { checkFiles } from "./check-files.js";
import { checkPlaces } from "./check-places.js";
import { checkProxies } from "./check-proxies.js";
import { checkVariables } from "./check-variables.js";
import { type Finding, good, wrong } from "./finding.js";

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
  const refused = await checkOptions(settings);
  const found = [
    ...checkPlaces(settings),
    ...checkProxies(settings),
    good("LATCHKEY_ALGORITHM", settings.auth.algorithm ?? "ES256"),
    ...checkDurations(settings),
    ...checkBrand(settings),
    ...checkFiles(settings),
    ...(await checkDatabase(settings)),
  ];
  // One mistake can be met by two checks; the first one tells of it.
  const others = found.filter(({ setting }) => !refused.some((each) => each.setting === setting));
  return [...refused, ...others].filter(
    ({ verdict, found: text }, index, all) =>
      verdict === "ok" || all.findIndex((each) => each.found === text) === index,
  );
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
