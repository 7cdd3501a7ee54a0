import { isJsonType } from "../guard/body-types.js";
import type { GuardInput } from "../guard/guard-input.js";
import { type Location, nameFor, type Places } from "../guard/places.js";
import type { RouteRules } from "../guard/route-options.js";

/** A request that was refused, as far as it tells where a token was looked for. */
export interface Looked {
  readonly input: GuardInput;
  readonly rules: Pick<RouteRules, "places" | "type">;
}

// The names that Flask-JWT-Extended has for the places.
const NAMES: Readonly<Record<Location, string>> = {
  header: "headers",
  cookie: "cookies",
  query: "query_string",
  json: "json",
};

/** The items of a header that begin with one of its schemes; Flask-JWT-Extended takes commas for their ends. */
export function itemsOfScheme({ input, rules }: Looked): readonly string[] {
  const { name, schemes } = rules.places.header;
  const wanted = schemes.filter((scheme) => scheme !== "").map((scheme) => scheme.toLowerCase());
  const items = (input.header(name.toLowerCase()) ?? "").split(/,\s*/);
  return items.filter((item) => wanted.includes(item.split(/\s/)[0]?.toLowerCase() ?? ""));
}

/** What a header must look like: `Authorization: Bearer <JWT>`. */
export function expectedHeader({ header: { name, schemes } }: Places): string {
  const scheme = schemes[0];
  return scheme ? `${name}: ${scheme} <JWT>` : `${name}: <JWT>`;
}

/** The sentence of Flask-JWT-Extended for a request without a token, in all places that were looked at. */
export function missingSentence(looked: Looked): string {
  const { places, type } = looked.rules;
  const sentences: Readonly<Record<Location, () => string>> = {
    header: () => missingHeader(looked),
    cookie: () => `Missing cookie "${nameFor(places.cookie, type)}"`,
    // So it is spelt there.
    query: () => `Missing '${places.query.name}' query paramater`,
    json: () => missingInJson(looked.input, nameFor(places.json, type)),
  };
  const all = places.locations.map((location) => sentences[location]());
  if (all.length === 1) return all[0] as string;
  const names = places.locations.map((location) => NAMES[location]);
  return `Missing JWT in ${names.slice(0, -1).join(", ")} or ${names.at(-1)} (${all.join("; ")})`;
}

function missingHeader({ input, rules: { places } }: Looked): string {
  const { name, schemes } = places.header;
  const isEmpty = !/[^\s,]/.test(input.header(name.toLowerCase()) ?? "");
  if (isEmpty || !schemes[0]) return `Missing ${name} Header`;
  return `Missing '${schemes[0]}' type in '${name}' header. Expected '${expectedHeader(places)}'`;
}

function missingInJson(input: GuardInput, name: string): string {
  return isJsonType(input.header("content-type"))
    ? `Missing "${name}" key in json data.`
    : "Invalid content-type. Must be application/json.";
}
