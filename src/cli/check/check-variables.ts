import { readSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

const BESIDE = ["LATCHKEY_NEW_SECRET"];

/** The `LATCHKEY_*` variables that nobody reads: a misspelt one is a setting that is not made. Values are not shown. */
export function checkVariables(environment: NodeJS.ProcessEnv): readonly Finding[] {
  const unknown = unknownVariables(environment);
  const known = readVariables();
  const given = namesIn(environment);
  if (unknown.length === 0) return [good("LATCHKEY_*", `set and known: ${given.join(", ") || "none"}`)];
  const why = "No setting has this name, so it changes nothing.";
  return unknown.map((name) => weak(name, "is not known", why, `Known are ${known.join(", ")}.`));
}

/** The names of `LATCHKEY_*` variables that are set and that nobody reads. */
export function unknownVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  const known = readVariables();
  return namesIn(environment).filter((name) => !known.includes(name));
}

function namesIn(environment: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(environment).filter((name) => name.startsWith("LATCHKEY_"));
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
