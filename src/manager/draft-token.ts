import { randomUUID } from "node:crypto";
import { isLater } from "../guard/after.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import type { TokenRules } from "./manager-rules.js";
import { requireSeconds } from "./require-option.js";

/** Members of a payload or a header. */
export type Members = Readonly<Record<string, unknown>>;

/** The two kinds of tokens that a manager mints. */
export type Kind = "access" | "refresh";

/** What one token has of its own. */
export interface RefreshTokenOptions {
  /** How long it lives, in seconds. */
  readonly expiresIn?: number;
  /** Claims that replace those of `extraClaims`, and what would be written otherwise. */
  readonly claims?: Members;
  /** Members of the header that replace those of `extraHeaders`. */
  readonly headers?: Members;
}

/** What one access token has of its own. */
export interface AccessTokenOptions extends RefreshTokenOptions {
  /** Whether it comes of a log-in just now: `true`, or for how many seconds it shall count as that. */
  readonly fresh?: boolean | number;
}

/** What is written into a token, besides what every token has. */
export interface Draft {
  readonly kind: Kind;
  readonly identity: string;
  readonly fresh: boolean | number;
  readonly expiresIn: number;
  readonly claims: Members;
  readonly headers: Members;
}

/** Makes a draft of what loaders and the caller say; what the caller says wins. A `TypeError` for what cannot be written. */
export function draftToken(
  about: Pick<Draft, "kind" | "identity" | "claims" | "headers">,
  options: AccessTokenOptions,
  { accessSeconds, refreshSeconds }: TokenRules,
): Draft {
  const { kind, identity } = about;
  const { expiresIn = kind === "access" ? accessSeconds : refreshSeconds, fresh = false } = options;
  const claims = { ...about.claims, ...requireMembers(options.claims, "claims") };
  requireOwnType(claims.type, kind);
  return {
    kind,
    identity,
    fresh: typeof fresh === "boolean" ? fresh : requireSeconds(fresh, "fresh"),
    expiresIn: requireSeconds(expiresIn, "expiresIn"),
    claims,
    headers: { ...about.headers, ...requireMembers(options.headers, "headers") },
  };
}

/** The claims of a draft by the profile, its own laid over. */
export function draftClaims(draft: Draft, rules: TokenRules): Members {
  const { kind, identity, expiresIn } = draft;
  const milliseconds = rules.now();
  const iat = Math.floor(milliseconds / 1000);
  const written = {
    ...freshness(draft, rules, iat),
    iat,
    jti: uuidV7(milliseconds),
    ...(hasType(kind, rules) && { type: kind }),
    [rules.identityClaim]: identity,
    ...(rules.notBefore && { nbf: iat }),
    ...(rules.csrfClaim && { csrf: randomUUID() }),
    ...(rules.audience.mint !== undefined && { aud: rules.audience.mint }),
    ...(rules.issuer.mint !== undefined && { iss: rules.issuer.mint }),
    exp: iat + expiresIn,
  };
  requireKept(written, draft.claims);
  return { ...written, ...draft.claims };
}

/** Throws a `TypeError` where a claim is taken away that would be written: without its type a refresh token would be an access token. */
function requireKept(written: Members, given: Members): void {
  const taken = Object.keys(written).find((name) => Object.hasOwn(given, name) && given[name] === undefined);
  if (taken !== undefined) throw new TypeError(`The claim ${taken} is given without a value.`);
}

/** The access tokens of RFC 9068 have their type in the header. */
function hasType(kind: Kind, { profile }: TokenRules): boolean {
  return profile !== "rfc9068" || kind === "refresh";
}

function freshness({ fresh }: Draft, { profile, now }: TokenRules, iat: number): Members {
  if (profile === "flask-jwt-extended") {
    return { fresh: typeof fresh === "number" ? now() / 1000 + fresh : fresh };
  }
  if (fresh === false) return {};
  return { auth_time: iat, ...(typeof fresh === "number" && { fresh: iat + fresh }) };
}

/** The identity of whoever a token is minted for. A number would be refused by every other library (RFC 7519 section 4.1.2). */
export function requireIdentity(identity: unknown): string {
  if (typeof identity === "string" && identity !== "") return identity;
  const hint = typeof identity === "number" ? ": write String(id)" : "";
  throw new TypeError(
    `The identity of a token must be a string that is not empty, and is ${shown(identity)}${hint}. See identityOf.`,
  );
}

function shown(value: unknown): string {
  if (value === "") return "empty";
  return value === null ? "null" : `of type ${typeof value}`;
}

/** Returns an object of members; a promise or a list would be written as something that nobody meant. */
export function requireMembers(members: unknown, name: string): Members {
  if (members === undefined) return {};
  const isPlain = typeof members === "object" && members !== null && !Array.isArray(members) && !isLater(members);
  if (!isPlain) throw new TypeError(`${name} must be an object.`);
  return members as Members;
}

/** A type of one's own is nobody's business; the other one would open what a token is not meant for. */
function requireOwnType(type: unknown, kind: Kind): void {
  const other = kind === "access" ? "refresh" : "access";
  if (type !== undefined && typeof type !== "string") throw new TypeError("The type of a token must be a string.");
  if (type === other) throw new TypeError(`The type of this token cannot be ${other}: it is made as ${kind}.`);
}
