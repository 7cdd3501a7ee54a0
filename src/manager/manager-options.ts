import type { KeyObject } from "node:crypto";
import type { AuthError } from "../errors/auth-error.js";
import type { Location } from "../guard/places.js";
import type { Algorithm, Claims, Header, Jwk, Key, StandardSchema, Until, Verifier } from "../tokens/index.js";
import type { CookieOptions, CsrfOptions } from "./cookie-rules.js";
import type { RefreshStore } from "./refresh-store.js";

/** What a key can be made of: PEM text, JWK, a secret as text or bytes, a `KeyObject`, or a key of `latchkey/tokens`. */
export type KeyMaterial = string | Uint8Array | KeyObject | Jwk | Key;

/** One value for minting and verifying, or one for each. */
export type MintAndVerify<T> = T | { readonly mint?: T; readonly verify?: T };

/** The profiles in which a manager mints. */
export type ManagerProfile = "flask-jwt-extended" | "jwt" | "rfc9068";

/** How refusals are answered: by RFC 9457 and RFC 6750, or as one of the Flask libraries does. */
export type ErrorMode = "problem" | "flask-jwt-extended" | "flask-jwt";

/** An answer of your own to a refusal. `status` is what it would have been where it is not given; the body is written as JSON. */
export interface OwnRefusal {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Lazy queries of databases are waited for too. */
type Later<T> = T | PromiseLike<T>;

/** Your own answers to refusals, each for one kind of them. */
export interface Refusals<C extends Claims = Claims> {
  /** There is no token, or the page may not send it; `reason` is the sentence of the answer. */
  readonly unauthorized?: (reason: string, error: AuthError) => Later<OwnRefusal>;
  /** The token is malformed, of another type, by somebody else, for somebody else, …; `reason` is the sentence of the answer. */
  readonly invalidToken?: (reason: string, error: AuthError) => Later<OwnRefusal>;
  readonly expired?: (claims: C, header: Header) => Later<OwnRefusal>;
  readonly needsFresh?: (claims: C, header: Header) => Later<OwnRefusal>;
  readonly revoked?: (claims: C, header: Header) => Later<OwnRefusal>;
  readonly userNotFound?: (claims: C, header: Header) => Later<OwnRefusal>;
  readonly notAccepted?: (claims: C, header: Header) => Later<OwnRefusal>;
}

/** What a manager is made of. Durations are in seconds; `now` answers in milliseconds. One way of giving keys is needed, everything else may be left out. */
export interface JwtManagerOptions<Parsed = unknown, User = undefined, Subject = string> {
  /** The secret that signs and verifies with HMAC: 32 random bytes or more. */
  readonly secret?: string | Uint8Array | undefined;
  /** The key that signs, where `algorithm` is asymmetric. */
  readonly privateKey?: KeyMaterial | undefined;
  /** The key that verifies; the other half of `privateKey` where it is not given. Alone it makes a manager that mints nothing. */
  readonly publicKey?: KeyMaterial | undefined;
  /** Several keys: the first signs, all verify. */
  readonly keys?: readonly Key[];
  /** `HS256` where it is not given and the key does not say. */
  readonly algorithm?: Algorithm;
  /** What is accepted besides, with the same secret or key. */
  readonly algorithms?: readonly Algorithm[];
  /** The layout of the tokens: `flask-jwt-extended` where it is not given. */
  readonly profile?: ManagerProfile;
  /** The `iss` that is written and wanted. */
  readonly issuer?: MintAndVerify<string>;
  /** The `aud` that is written and wanted; of several, one suffices. */
  readonly audience?: MintAndVerify<string | readonly string[]>;
  /** The `client_id` of the profile `rfc9068`. */
  readonly clientId?: string;
  /** How long an access token lives: 900 where it is not given. */
  readonly accessSeconds?: number;
  /** How long a refresh token lives, and with a `refreshStore` its whole family: 2,592,000 (30 days) where it is not given. */
  readonly refreshSeconds?: number;
  /** How far clocks may differ: 5 where it is not given, at most 60. */
  readonly leeway?: number;
  /** Whether tokens get an `nbf`: `true` where it is not given, in the profile `flask-jwt-extended`. */
  readonly notBefore?: boolean;
  /** The claim that holds the identity, in the profile `flask-jwt-extended`: `sub` where it is not given. */
  readonly identityClaim?: string;
  /** Whether `sub` must be a string in the tokens of others, in the profile `flask-jwt-extended`: `true` where it is not given. */
  readonly stringSubject?: boolean;
  /** Where tokens lie, in this order: `["header"]` where it is not given. */
  readonly locations?: Location | readonly Location[];
  /** `Authorization` and `["Bearer"]` where they are not given. The scheme is read in any case; the empty one means a header that is the token alone. */
  readonly header?: { readonly name?: string; readonly schemes?: readonly string[] };
  /** `jwt` where it is not given; `prefix` must stand before the token. */
  readonly query?: { readonly name?: string; readonly prefix?: string };
  /** `access_token` and `refresh_token` where they are not given. */
  readonly json?: { readonly access?: string; readonly refresh?: string };
  readonly cookies?: CookieOptions;
  /** The proof that a page may send a token from a cookie; `false` for none. */
  readonly csrf?: false | CsrfOptions;
  /** How refusals are answered: `problem` where it is not given. */
  readonly errors?: ErrorMode;
  /** The member of the sentence in the mode `flask-jwt-extended`: `msg` where it is not given. */
  readonly messageKey?: string;
  /** A synchronous Standard Schema for the claims of every token: checked when it is minted, parsed when it is verified. */
  readonly claims?: StandardSchema<Parsed>;
  /** Verifiers of an older application, asked after our own until a date. */
  readonly bridge?: readonly (Verifier | Until)[];
  /** The identity of what was given to mint a token for: a string that is not empty. */
  readonly identityOf?: (user: Subject) => string;
  /** The user of a token; `undefined` or `null` refuses it. */
  readonly findUser?: (claims: Claims & Parsed, header: Header) => Later<User | undefined | null>;
  /** Claims for every token of a user; those of one call replace them. */
  readonly extraClaims?: (user: Subject) => Later<Readonly<Record<string, unknown>>>;
  /** Header members for every token of a user; those of one call replace them. */
  readonly extraHeaders?: (user: Subject) => Later<Readonly<Record<string, unknown>>>;
  /** Whether a token was taken back. */
  readonly isRevoked?: (claims: Claims & Parsed, header: Header) => Later<boolean>;
  /** A check of your own. */
  readonly accepts?: (claims: Claims & Parsed, header: Header) => Later<boolean>;
  /** The key that signs for an identity. */
  readonly signingKey?: (identity: string) => Later<KeyMaterial>;
  /** The key that verifies, by the header alone, of which nothing is verified yet; `undefined` refuses. */
  readonly verifyingKey?: (header: Header) => Later<KeyMaterial | undefined>;
  /** Your own answers to refusals. */
  readonly refusals?: Refusals<Claims & Parsed>;
  /** Where the families of refresh tokens are kept; with it they rotate. */
  readonly refreshStore?: RefreshStore;
  /** How long the predecessor of a refresh token is answered with the same successor again: 30 where it is not given. */
  readonly graceSeconds?: number;
  /** How long a refresh token may lie unused before its family ends; up to its end where it is not given. */
  readonly idleSeconds?: number;
  readonly now?: () => number;
  /** Told once of a token over 1 KB; a warning of the process where it is not given. */
  readonly warn?: (message: string) => void;
}

type Kinds = {
  readonly [Name in keyof JwtManagerOptions]-?: NonNullable<JwtManagerOptions[Name]> extends (
    ...given: never
  ) => unknown
    ? "function"
    : "value";
};

const KINDS: Kinds = {
  secret: "value",
  privateKey: "value",
  publicKey: "value",
  keys: "value",
  algorithm: "value",
  algorithms: "value",
  profile: "value",
  issuer: "value",
  audience: "value",
  clientId: "value",
  accessSeconds: "value",
  refreshSeconds: "value",
  leeway: "value",
  notBefore: "value",
  identityClaim: "value",
  stringSubject: "value",
  locations: "value",
  header: "value",
  query: "value",
  json: "value",
  cookies: "value",
  csrf: "value",
  errors: "value",
  messageKey: "value",
  claims: "value",
  bridge: "value",
  identityOf: "function",
  findUser: "function",
  extraClaims: "function",
  extraHeaders: "function",
  isRevoked: "function",
  accepts: "function",
  signingKey: "function",
  verifyingKey: "function",
  refusals: "value",
  refreshStore: "value",
  graceSeconds: "value",
  idleSeconds: "value",
  now: "function",
  warn: "function",
};

/** The names of the options of a manager. */
export const MANAGER_OPTIONS: readonly string[] = Object.keys(KINDS);

/** Those that a manager calls. */
export const MANAGER_FUNCTIONS: readonly string[] = Object.entries(KINDS)
  .filter(([, kind]) => kind === "function")
  .map(([name]) => name);
