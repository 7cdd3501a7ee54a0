import type { AuthError } from "../errors/auth-error.js";
import { requireOwn } from "../guard/admit.js";
import { after } from "../guard/after.js";
import { type Auth, authOf, findAuth } from "../guard/auth.js";
import { requireTokenType } from "../guard/checks.js";
import { createGuard, type Guard } from "../guard/create-guard.js";
import { requireCsrfMatch, requireGiven } from "../guard/csrf.js";
import type { GuardInput } from "../guard/guard-input.js";
import type { Protection, Protector } from "../guard/protector.js";
import type { Refusal } from "../guard/refusal.js";
import type { RouteOptions } from "../guard/route-options.js";
import type { CheckVerdict, Claims, Header, Inspection, VerifyOptions } from "../tokens/index.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { type AccessTokenOptions, draftClaims, type RefreshTokenOptions } from "./draft-token.js";
import { createFamilies } from "./families.js";
import { requireNoFamily } from "./family-signer.js";
import type { JwtManagerOptions } from "./manager-options.js";
import { createProtection, withFamilies } from "./manager-protection.js";
import { type ManagerRules, requireManagerRules } from "./manager-rules.js";
import { createManagerVerifier, type ManagerVerifier } from "./manager-verifier.js";
import { createMinter, type Minter } from "./mint-tokens.js";
import { createRotator, type Presented, type Rotated, type Rotator, type TokenPair } from "./rotate-tokens.js";
import { type CookieSettings, createTokenCookies, type TokenCookies } from "./token-cookies.js";
import { unverifiedHeader } from "./unverified-header.js";

export { AuthError, type AuthErrorOptions, type ErrorCode, isAuthError } from "../errors/auth-error.js";
export type { Auth } from "../guard/auth.js";
export type { GuardInput } from "../guard/guard-input.js";
export type { Location, TokenType } from "../guard/places.js";
export type { Refusal } from "../guard/refusal.js";
export type { RouteOptions } from "../guard/route-options.js";
export type { CookieOptions, CsrfOptions } from "./cookie-rules.js";
export type { AccessTokenOptions, RefreshTokenOptions } from "./draft-token.js";
export type {
  ErrorMode,
  JwtManagerOptions,
  KeyMaterial,
  ManagerProfile,
  MintAndVerify,
  OwnRefusal,
  Refusals,
} from "./manager-options.js";
export { memoryRefreshStore } from "./memory-refresh-store.js";
export type { RefreshFamily, RefreshStore } from "./refresh-store.js";
export type { Presented, Rotated, TokenPair } from "./rotate-tokens.js";
export { type SqliteDatabase, type SqliteStatement, sqliteRefreshStore } from "./sqlite-refresh-store.js";
export type { CookieSettings } from "./token-cookies.js";

/** How {@link JwtManager.decodeToken} reads a token. */
export interface DecodeOptions {
  /** The value that must be the token's `csrf` claim; given without a value, as by a request that lacks the header, it refuses. */
  readonly csrf?: string | undefined;
  /** Lets an expired token pass. */
  readonly allowExpired?: boolean;
}

/**
 * Mints tokens for your own users and protects routes with them: what Flask-JWT-Extended is to Flask. Give it to the `requireToken` of an adapter.
 * The constructor throws a `TypeError` for options that are wrong, unknown or weak.
 *
 * @example
 * const jwt = new JwtManager({ secret: process.env.JWT_SECRET_KEY });
 * app.post("/token", async (req, res) => res.json({ token: await jwt.createAccessToken("42", { fresh: true }) }));
 * app.get("/protected", requireToken(jwt), (req, res) => res.json({ user: jwt.authOf(req).identity }));
 */
export class JwtManager<Parsed = unknown, User = undefined, Subject = string>
  implements Protector<Claims & Parsed, User>
{
  /** What a guard asks. */
  readonly protection: Protection<Claims & Parsed, User>;
  readonly #rules: ManagerRules<Parsed, User, Subject>;
  readonly #verifier: ManagerVerifier;
  readonly #minter: Minter<Subject>;
  readonly #rotator: Rotator<Claims & Parsed> | undefined;
  readonly #guard: Guard<Claims & Parsed, User>;
  readonly #cookies: TokenCookies;

  constructor(options: JwtManagerOptions<Parsed, User, Subject>) {
    const rules = requireManagerRules(options);
    const verifier = createManagerVerifier(rules);
    const minter = createMinter(rules);
    const own = createProtection(rules, verifier);
    this.#rules = rules;
    this.#verifier = verifier;
    this.#minter = minter;
    const { rotation } = rules;
    const families = rotation && createFamilies(rotation, rules.tokens.now, verifier);
    this.protection = families === undefined ? own : withFamilies(own, families);
    this.#rotator =
      rotation && families && createRotator(rules, { rotation, families, verifier, minter, protection: own });
    this.#guard = createGuard<Claims & Parsed, User>(this);
    this.#cookies = createTokenCookies(rules, (token) => this.#claimsNow(token));
  }

  /** An access token for a user. A `TypeError` where the identity is no string that is not empty, or claims, headers or durations are wrong. */
  async createAccessToken(user: Subject, options: AccessTokenOptions = {}): Promise<string> {
    const draft = await this.#minter.draft("access", user, options);
    if (this.#rotator !== undefined) requireNoFamily(draft.claims);
    return this.#minter.sign("access", draft.identity, draftClaims(draft, this.#rules.tokens), draft.headers);
  }

  /** A refresh token for a user, never fresh; where there is a `refreshStore`, the first one of a new family. */
  async createRefreshToken(user: Subject, options: RefreshTokenOptions = {}): Promise<string> {
    const draft = await this.#minter.draft("refresh", user, options);
    if (this.#rotator !== undefined) return this.#rotator.begin(draft);
    return this.#minter.sign("refresh", draft.identity, draftClaims(draft, this.#rules.tokens), draft.headers);
  }

  /** Both tokens of a log-in. Where there is a `refreshStore` the access token belongs to the family too, and ends with it. */
  async createTokens(user: Subject, options: Omit<AccessTokenOptions, "expiresIn"> = {}): Promise<TokenPair> {
    requireKnownOptions(options, "createTokens", ["fresh", "claims", "headers"]);
    const { fresh, ...shared } = options;
    if (this.#rotator === undefined) {
      return {
        accessToken: await this.createAccessToken(user, options),
        refreshToken: await this.createRefreshToken(user, shared),
      };
    }
    const access = await this.#minter.draft("access", user, options);
    return this.#rotator.beginPair(await this.#minter.draft("refresh", user, shared), access);
  }

  /**
   * The claims of a token of either type: everything is checked but revocation, freshness, your own check and the user. Throws a `TokenError`,
   * or an `AuthError` of the code `csrf`.
   */
  async decodeToken(token: string, options: DecodeOptions = {}): Promise<Claims & Parsed> {
    requireKnownOptions(options, "decodeToken", ["csrf", "allowExpired"]);
    const { csrf, allowExpired = false } = options;
    const value = Object.hasOwn(options, "csrf") ? requireGiven(csrf) : undefined;
    const inspection = await this.protection.inspect(token, { allowExpired, skipRevocation: true });
    if (value !== undefined) requireCsrfMatch(inspection, String(value));
    return inspection.claims;
  }

  /** The `jti` of a token that is good, as {@link decodeToken} checks it; `undefined` where another library wrote none. */
  async jti(token: string): Promise<string | undefined> {
    return (await this.decodeToken(token)).jti;
  }

  /** The value that a page must repeat beside the cookie of this token: its `csrf` claim, once the token is verified. A `TypeError` where it has none. */
  csrfToken(token: string): string {
    const { csrf } = this.#claimsNow(token);
    if (typeof csrf === "string") return csrf;
    throw new TypeError("This token has no csrf claim.");
  }

  /** The header of a token, of which nothing is verified. Throws a `TokenError` where it is none. */
  unverifiedHeader(token: string): Header {
    return unverifiedHeader(token);
  }

  /** The `Set-Cookie` values that give an access token to a browser. */
  setAccessCookies(token: string, settings: CookieSettings = {}): string[] {
    return this.#cookies.set("access", token, settings);
  }

  /** The `Set-Cookie` values that give a refresh token to a browser. */
  setRefreshCookies(token: string, settings: CookieSettings = {}): string[] {
    return this.#cookies.set("refresh", token, settings);
  }

  /** The `Set-Cookie` values that take the access token away from a browser. It stays good until it expires or is taken back. */
  unsetAccessCookies(settings: Pick<CookieSettings, "domain"> = {}): string[] {
    return this.#cookies.unset("access", settings);
  }

  /** The `Set-Cookie` values that take the refresh token away from a browser. */
  unsetRefreshCookies(settings: Pick<CookieSettings, "domain"> = {}): string[] {
    return this.#cookies.unset("refresh", settings);
  }

  /** The `Set-Cookie` values that take both tokens away from a browser. */
  unsetCookies(settings: Pick<CookieSettings, "domain"> = {}): string[] {
    return [...this.unsetAccessCookies(settings), ...this.unsetRefreshCookies(settings)];
  }

  /** Who is calling, of a request that `requireToken` let through; a `TypeError` for any other. */
  authOf(request: object): Auth<Claims & Parsed, User> {
    return authOf<Claims & Parsed, User>(request);
  }

  /** As {@link authOf}, for optional routes: `undefined` for nobody. */
  findAuth(request: object): Auth<Claims & Parsed, User> | undefined {
    return findAuth<Claims & Parsed, User>(request);
  }

  /** Who is calling with a good access token. Throws an `AuthError` for whoever is refused. */
  authenticate(input: GuardInput): Promise<Auth<Claims & Parsed, User>>;
  /** Who is calling; `undefined` for nobody on an optional route, and for OPTIONS. */
  authenticate(input: GuardInput, options: RouteOptions | undefined): Promise<Auth<Claims & Parsed, User> | undefined>;
  authenticate(input: GuardInput, options?: RouteOptions): Promise<Auth<Claims & Parsed, User> | undefined> {
    return this.#guard.authenticate(input, options);
  }

  /** A good access token with header and profile, as a route without options checks it. A `TypeError` where a loader answers with a promise: see {@link verify}. */
  inspectSync(token: string, options: VerifyOptions = {}): Inspection<Claims & Parsed> {
    return requireNow(this.#admitted(token, options));
  }

  /** The claims of a good access token, as a route without options checks it. A `TypeError` where a loader answers with a promise: see {@link verify}. */
  verifySync(token: string, options: VerifyOptions = {}): Claims & Parsed {
    return this.inspectSync(token, options).claims;
  }

  /** The same as `verifySync`, also where a loader answers with a promise. */
  async verify(token: string, options: VerifyOptions = {}): Promise<Claims & Parsed> {
    return (await this.#admitted(token, options)).claims;
  }

  /**
   * The tokens that follow a refresh token, and with it one that the application was handed or the `Auth` of a route of type `refresh`. The same token
   * again, within `graceSeconds`, gives the same successor; later its family ends. Throws an `AuthError`, `invalid_grant` for a token of the past.
   */
  async rotateRefreshToken(
    presented: Presented<Claims & Parsed>,
    options: RefreshTokenOptions = {},
  ): Promise<Rotated<Claims & Parsed>> {
    return this.#requireRotator().rotate(presented, options);
  }

  /** Logs out: ends the family of a token of either type, also of an expired one, and all of its tokens are refused. Tells whether it belongs to one. */
  async endFamily(presented: Presented<Claims & Parsed>): Promise<boolean> {
    return this.#requireRotator().end(presented);
  }

  /** The answer to an error of this manager where no guard gives it, in the mode `errors` and with `refusals`. */
  async refusalOf(error: AuthError): Promise<Refusal> {
    return (this.protection.refusalOf as (error: AuthError) => Refusal | Promise<Refusal>)(error);
  }

  /** Every check of a token itself with its verdict, for people who ask why it was refused: not what loaders and routes say of it. */
  explain(token: string): readonly CheckVerdict[] {
    return this.#verifier.explain(token);
  }

  #claimsNow(token: string): Claims & Parsed {
    return requireNow(this.protection.inspect(token, { skipRevocation: true })).claims;
  }

  #admitted(token: string, options: VerifyOptions): Inspection<Claims & Parsed> | Promise<Inspection<Claims & Parsed>> {
    const { protection } = this;
    return after(protection.inspect(token, options), (inspection) => {
      requireTokenType(inspection, "access");
      const { skipRevocation = false } = options;
      return after(requireOwn(protection, inspection, { skipRevocation }), () => inspection);
    });
  }

  #requireRotator(): Rotator<Claims & Parsed> {
    if (this.#rotator === undefined)
      throw new TypeError("Refresh tokens rotate with a refreshStore: new JwtManager({ refreshStore, … }).");
    return this.#rotator;
  }
}

function requireNow<T>(value: T | Promise<T>): T {
  if (!(value instanceof Promise)) return value;
  value.catch(() => {});
  throw new TypeError(
    "A loader of this manager answers with a promise, so a token cannot be checked at once: use verify.",
  );
}
