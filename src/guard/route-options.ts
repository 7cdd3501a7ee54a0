import { requireKnownOptions } from "../tokens/known-options.js";
import { type Location, type Places, type TokenType, USUAL_PLACES } from "./places.js";

/** What one route wants of its callers. */
export interface RouteOptions {
  /** Lets requests without a token through, as nobody's; `"lenient"` also those whose token is refused. */
  readonly optional?: boolean | "lenient";
  /** Wants a token that was minted at a log-in: `true`, or one of at most so many seconds ago. */
  readonly fresh?: boolean | number;
  /** The kind of token: `access` where it is not given. */
  readonly type?: TokenType;
  /** Where the token may lie, in this order, in place of the protector's own locations. */
  readonly locations?: Location | readonly Location[];
  /** Roles of which the caller must have one. */
  readonly roles?: readonly string[];
  /** Scopes of which the token must have all. */
  readonly scopes?: readonly string[];
  /** Lets tokens through that were taken back. */
  readonly skipRevocation?: boolean;
}

/** The options of a route, checked and with their defaults. */
export interface RouteRules {
  readonly optional: boolean;
  readonly lenient: boolean;
  readonly fresh: boolean | number;
  readonly type: TokenType;
  readonly places: Places;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly skipRevocation: boolean;
}

/** The names of the options of a route. */
export const ROUTE_OPTIONS: readonly string[] = [
  "optional",
  "fresh",
  "type",
  "locations",
  "roles",
  "scopes",
  "skipRevocation",
];

const LOCATIONS: readonly Location[] = ["header", "cookie", "query", "json"];
const TYPES: readonly TokenType[] = ["access", "refresh", "any"];

/** Checks the options of a route; a `TypeError` for one that no guard has, since a wish that nobody reads would leave the route open. */
export function requireRouteRules(options: RouteOptions, places: Places = USUAL_PLACES): RouteRules {
  requireKnownOptions(options, "requireToken", ROUTE_OPTIONS);
  if (Array.isArray(options.roles) && options.roles.length === 0)
    throw new TypeError("roles must name a role at least.");
  const { optional = false, fresh = false, type = "access", roles = [], scopes = [], skipRevocation = false } = options;
  if (typeof optional !== "boolean" && optional !== "lenient") {
    throw new TypeError('optional must be true, false or "lenient".');
  }
  if (typeof fresh !== "boolean" && !(typeof fresh === "number" && fresh > 0)) {
    throw new TypeError("fresh must be true, false or a number of seconds over 0.");
  }
  if (!TYPES.includes(type)) throw new TypeError(`type must be one of ${TYPES.join(", ")}.`);
  if (typeof skipRevocation !== "boolean") throw new TypeError("skipRevocation must be true or false.");
  return {
    optional: optional !== false,
    lenient: optional === "lenient",
    fresh,
    type,
    places: options.locations === undefined ? places : { ...places, locations: requireLocations(options.locations) },
    roles: requireNames(roles, "roles"),
    scopes: requireNames(scopes, "scopes"),
    skipRevocation,
  };
}

/** The locations as a list; a `TypeError` where it is empty, or names a place that there is not. */
export function requireLocations(given: Location | readonly Location[]): readonly Location[] {
  const locations: readonly Location[] = typeof given === "string" ? [given] : given;
  if (!Array.isArray(locations) || locations.length === 0 || locations.some((name) => !LOCATIONS.includes(name))) {
    throw new TypeError(`locations must be a list of ${LOCATIONS.join(", ")}.`);
  }
  return [...locations];
}

/** A text in the place of a list would be searched for parts of it. */
function requireNames(names: readonly string[], what: string): readonly string[] {
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string" || name === "")) {
    throw new TypeError(`${what} must be a list of names.`);
  }
  return [...names];
}
