import { readSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

const BESIDE = ["LATCHKEY_NEW_SECRET"];

/** The `LATCHKEY_*` variables that nobody reads: a misspelt one is a setting that is not made. Values are not shown. */
export function checkVariables(environment: NodeJS.ProcessEnv): readonly Finding[] {
  const known = readVariables();
  const given = Object.keys(environment).filter((name) => name.startsWith("LATCHKEY_"));
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return [good("LATCHKEY_*", `set and known: ${given.join(", ") || "none"}`)];
  const why = "No setting has this name, so it changes nothing.";
  return unknown.map((name) => weak(name, "is not known", why, `Known are ${known.join(", ")}.`));
}

/** The names that the settings are read from, found by reading them. */
function readVariables(): readonly string[] {
  const names = new Set<string>(BESIDE);
  const listening = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get(_, name) {
        names.add(String(name));
        return undefined;
      },
    },
  );
  readSettings({}, listening);
  return [...names].sort();
}
