import type { AccountSettings, LogEvent } from "../accounts/account-parts.js";
import { requireTrustedProxies, type TrustedProxies } from "../http/client-address.js";
import { BRAND_OPTIONS, type Brand, type BrandOptions, requireBrand } from "../http/pages/brand.js";
import { requireOrigins, requireServerUrl } from "../http/server-url.js";
import { isAlgorithm, requireAlgorithm } from "../tokens/algorithms.js";
import type { Algorithm } from "../tokens/index.js";
import { requireKnownOptions } from "../tokens/known-options.js";

/** The options of `createAuth`. Durations are in seconds; `now` answers in milliseconds. */
export interface AuthOptions {
  /** The path of the SQLite file, or `:memory:` for a database that ends with the process. */
  readonly database: string;
  /** Where the server is reached from outside: the `iss` of every token; its path is where the routes are mounted. */
  readonly url: string;
  /** The master key that encrypts all others: 32 random bytes in base64url. Without it, `master.key` in the data folder is used, and made for a new database. */
  readonly secret?: string;
  /** The folder of `master.key`; that of the database where it is not given. */
  readonly data?: string;
  /** Further audiences that a client may ask a token for. */
  readonly audiences?: readonly string[];
  /** The pages, besides the server's own, that may read answers and keep their refresh token in the cookie. */
  readonly origins?: readonly string[];
  /** The addresses and CIDR ranges of proxies whose `X-Forwarded-For` is believed: none. */
  readonly trustedProxies?: readonly string[];
  /** How the pages of the server look. */
  readonly brand?: BrandOptions;
  /** The algorithm of a signing key that is made; ES256 where it is not given. */
  readonly algorithm?: Exclude<Algorithm, "HS256" | "HS384" | "HS512">;
  /** How long an access token lives: 600. */
  readonly accessSeconds?: number;
  /** How long a session lives without a refresh: 7 days. */
  readonly idleSeconds?: number;
  /** How long a session lives in all: 30 days. */
  readonly absoluteSeconds?: number;
  /** How long the predecessor of a refresh token still gets the same successor: 30. */
  readonly graceSeconds?: number;
  readonly now?: () => number;
  /** Gets every event; none of them holds a password, a token or a key. */
  readonly log?: (event: LogEvent) => void;
}

const KNOWN: readonly (keyof AuthOptions)[] = [
  "database",
  "url",
  "secret",
  "data",
  "audiences",
  "origins",
  "trustedProxies",
  "brand",
  "algorithm",
  "accessSeconds",
  "idleSeconds",
  "absoluteSeconds",
  "graceSeconds",
  "now",
  "log",
];
const DAY = 86_400;
// Ten digits, as the variables have them: in milliseconds still a whole number that the database keeps and a date.
const LONGEST_SECONDS = 9_999_999_999;

/** Options that were checked. */
export interface CheckedOptions {
  readonly url: string;
  readonly settings: AccountSettings;
  readonly algorithm: Algorithm;
  /** The server's own origin and the listed ones. */
  readonly origins: readonly string[];
  readonly trustedProxies: TrustedProxies;
  readonly brand: Brand;
  readonly now: () => number;
  readonly log: (event: LogEvent) => void;
}

/** Checks all options but the secret. A `TypeError` names the one that is wrong. */
export function requireOptions(options: AuthOptions): CheckedOptions {
  requireKnownOptions(options, "createAuth", KNOWN);
  requireDatabase(options.database);
  const url = requireServerUrl(options.url);
  const { now = Date.now, brand = {} } = options;
  requireKnownOptions(brand, "The brand", BRAND_OPTIONS);
  requireFunctions({ now, log: options.log });
  return {
    url,
    settings: requireSettings(options, url),
    algorithm: requireAsymmetric(options.algorithm ?? "ES256"),
    origins: [new URL(url).origin, ...requireOrigins(options.origins ?? [])],
    trustedProxies: requireTrustedProxies(options.trustedProxies ?? []),
    brand: requireBrand(brand),
    now,
    log: harmless(options.log),
  };
}

function requireDatabase(database: unknown): void {
  if (typeof database === "string" && database !== "") return;
  throw new TypeError("The database (LATCHKEY_DATABASE) must be the path of a SQLite file.");
}

function requireSettings(options: AuthOptions, url: string): AccountSettings {
  const { accessSeconds = 600, idleSeconds = 7 * DAY, absoluteSeconds = 30 * DAY, graceSeconds = 30 } = options;
  requireSeconds({ accessSeconds, idleSeconds, absoluteSeconds }, 1);
  requireSeconds({ graceSeconds }, 0);
  if (accessSeconds > DAY) throw new TypeError("accessSeconds must be a day at most.");
  const audiences = [url, ...requireAudiences(options.audiences ?? [])] as const;
  return { accessSeconds, idleSeconds, absoluteSeconds, graceSeconds, audiences };
}

function requireAsymmetric(algorithm: Algorithm): Algorithm {
  if (isAlgorithm(algorithm) && requireAlgorithm(algorithm).kind !== "hmac") return algorithm;
  throw new TypeError(
    "The algorithm (LATCHKEY_ALGORITHM) must be an asymmetric one, such as ES256 or EdDSA: others verify by the public key.",
  );
}

/** A text is no list, though its letters could be read as one. */
function requireAudiences(audiences: readonly string[]): readonly string[] {
  const isName = (audience: unknown) => typeof audience === "string" && audience !== "" && audience.isWellFormed();
  if (Array.isArray(audiences) && audiences.every(isName)) return audiences;
  throw new TypeError("The audiences (LATCHKEY_AUDIENCES) must be a list of names, none of them empty.");
}

function requireFunctions(options: Readonly<Record<string, unknown>>): void {
  for (const [name, option] of Object.entries(options)) {
    if (option !== undefined && typeof option !== "function") throw new TypeError(`${name} must be a function.`);
  }
}

function requireSeconds(durations: Readonly<Record<string, number>>, least: number): void {
  for (const [name, seconds] of Object.entries(durations)) {
    if (!Number.isInteger(seconds) || seconds < least || seconds > LONGEST_SECONDS)
      throw new TypeError(`${name} must be a whole number of seconds, from ${least} to ${LONGEST_SECONDS}.`);
  }
}

/** A log that fails costs its line, not the request. */
function harmless(log: AuthOptions["log"]): (event: LogEvent) => void {
  return (event) => {
    try {
      log?.(event);
    } catch {
      // There is no other place to say it.
    }
  };
}
