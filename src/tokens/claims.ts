/** The claims of a verified token. Times are in seconds since 1970; members that no profile knows are as their sender wrote them. */
export interface Claims {
  /** Whose the token is, whatever claim of it says so. */
  readonly sub: string;
  readonly exp: number;
  /** When it was made; missing only in the profile `flask-jwt-extended`, and there only where another library left it out. */
  readonly iat?: number;
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  readonly nbf?: number;
  /** The token's own id; a UUID of version 7 where Latchkey minted it. */
  readonly jti?: string;
  /** The session that the token belongs to. */
  readonly sid?: string;
  readonly client_id?: string;
  readonly auth_time?: number;
  /** How the user was authenticated (RFC 8176). */
  readonly amr?: readonly string[];
  readonly roles?: readonly string[];
  /** Scopes, divided by spaces (RFC 8693 section 4.2). */
  readonly scope?: string;
  readonly [name: string]: unknown;
}

const LATEST = 253_402_300_799;

/** What a claim must look like where it is present. */
export type ClaimShape = "text" | "time" | "texts" | "string" | "freshness" | "identity";

/** The shapes in words. */
export const SHAPE_NAMES: Readonly<Record<ClaimShape, string>> = {
  text: "a string that is not empty",
  time: "a number of seconds since 1970",
  texts: "a list of strings",
  string: "a string",
  freshness: "true, false or a number of seconds since 1970",
  identity: "a string that is not empty or a whole number",
};

/** The names and shapes of claims, as a list: it is walked for every token. */
export type ClaimShapes = ReadonlyArray<readonly [name: string, shape: ClaimShape]>;

/** The shapes of RFC 7519 section 4.1, in every profile. `aud` has a check of its own. */
export const REGISTERED_SHAPES: ClaimShapes = [
  ["iss", "text"],
  ["sub", "text"],
  ["jti", "text"],
  ["exp", "time"],
  ["iat", "time"],
  ["nbf", "time"],
];

/** Whether a value has a shape: `text` is a string that is not empty, `time` a number of seconds from 1970 to the year 9999. */
export function hasShape(value: unknown, shape: ClaimShape): boolean {
  if (shape === "time") return isTime(value);
  if (shape === "texts") return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (shape === "freshness") return typeof value === "boolean" || isTime(value);
  if (shape === "identity" && typeof value === "number") return Number.isSafeInteger(value);
  return typeof value === "string" && (shape === "string" || value !== "");
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= LATEST;
}

/** Whether a value can be an `aud` (RFC 7519 section 4.1.3): a name or a list of names, none of them empty. */
export function isAudience(value: unknown): value is string | readonly string[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => hasShape(name, "text"));
}
