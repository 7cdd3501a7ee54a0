import { isAuthError } from "../errors/auth-error.js";
import { after, settle } from "../guard/after.js";
import { isUntil } from "../tokens/any-verifier.js";
import { freezeDeep } from "../tokens/freeze-deep.js";
import {
  anyVerifier,
  type CheckVerdict,
  type Claims,
  createVerifier,
  type Header,
  type Inspection,
  type Key,
  type KeySource,
  type ProfileName,
  type StandardSchema,
  TokenError,
  type Until,
  type Verifier,
  type VerifyOptions,
} from "../tokens/index.js";
import { parsedClaims } from "../tokens/token-reader.js";
import { loadedKey } from "./manager-keys.js";
import type { KeyMaterial } from "./manager-options.js";
import type { ManagerRules, TokenRules } from "./manager-rules.js";
import { REFRESH_TYPE } from "./token-signers.js";
import { unverifiedHeader } from "./unverified-header.js";

/** Reads tokens of either kind: our own, then those of the bridge. */
export interface ManagerVerifier {
  /** With a promise only where a loader has to be waited for. */
  inspect(token: string, options?: VerifyOptions): Inspection | Promise<Inspection>;
  /** What claims were read from, where tokens rotate; `undefined` where they were not read here, but made by somebody else. */
  findInspection(claims: unknown): Inspection | undefined;
  /** Every check of a token with its verdict; a `TypeError` where a loader would have to find the key. */
  explain(token: string): readonly CheckVerdict[];
  /** Whether claims came over the bridge. */
  isForeign(claims: Claims): boolean;
  /** Claims as their token has them, whatever the schema made of them. */
  asWritten(claims: Claims): Claims;
}

/** Makes the verifier of a manager. */
export function createManagerVerifier<Parsed, User, Subject>(
  rules: ManagerRules<Parsed, User, Subject>,
): ManagerVerifier {
  const { tokens, loaders } = rules;
  const foreign = new WeakSet<Claims>();
  const read = new WeakMap<Claims, Inspection>();
  const load = loaders.verifyingKey;
  let loaded: Key | undefined;
  const sources: readonly KeySource[] = load === undefined ? keySources(rules) : [() => loaded];
  const own = sources.flatMap((keys) => ownVerifiers(keys, tokens));
  const bridge = (loaders.bridge ?? []).map((given) => bridged(given, foreign));
  const all =
    own.length + bridge.length === 1 ? (own[0] as Verifier) : anyVerifier([...own, ...bridge], { now: tokens.now });
  const parser = createParser(rules.schema as StandardSchema<unknown> | undefined, foreign);

  /** The key is set and used in one go, so nobody else's can be in its place. */
  const inspectBy = (key: Key | undefined, token: string, options?: VerifyOptions) => {
    loaded = key;
    const inspection = parser.parse(all.inspectSync(token, options));
    if (rules.rotation !== undefined) read.set(inspection.claims, inspection);
    return inspection;
  };
  return {
    explain(token) {
      if (load !== undefined) throw new TypeError("The key of a token is found by verifyingKey: explain knows none.");
      return all.explain(token);
    },
    findInspection: (claims) => read.get(claims as Claims),
    isForeign: (claims) => foreign.has(claims),
    asWritten: parser.asWritten,
    inspect(token, options) {
      if (load === undefined) return inspectBy(undefined, token, options);
      return after(keyFor(load, unverifiedHeader(token), loaders.algorithm), (key) => inspectBy(key, token, options));
    },
  };
}

/** Lays over verified claims what is taken for granted and what the schema makes of them, once for a token that a cache knows. */
function createParser(schema: StandardSchema<unknown> | undefined, foreign: WeakSet<Claims>) {
  const parsed = new WeakMap<Inspection, Inspection>();
  const written = new WeakMap<Claims, Claims>();
  return {
    asWritten: (claims: Claims) => written.get(claims) ?? claims,
    parse(inspection: Inspection): Inspection {
      if (schema === undefined && !lacksDefaults(inspection)) return inspection;
      const known = parsed.get(inspection);
      if (known !== undefined) return known;
      const claims = freezeDeep({
        ...DEFAULTS[inspection.profile],
        ...parsedClaims(inspection.claims, schema),
      }) as Claims;
      const made = { ...inspection, claims };
      parsed.set(inspection, made);
      written.set(claims, inspection.claims);
      if (foreign.has(inspection.claims)) foreign.add(claims);
      return made;
    },
  };
}

// What Flask-JWT-Extended takes for granted of a token that does not say it.
const DEFAULTS: Readonly<Partial<Record<ProfileName, object>>> = {
  "flask-jwt-extended": { type: "access", fresh: false },
};

function lacksDefaults({ profile, claims }: Inspection): boolean {
  return profile === "flask-jwt-extended" && (claims.type === undefined || claims.fresh === undefined);
}

/** A loader that fails on a header that it did not expect has found no key; that keys are not to be had it says with an `AuthError`. */
function keyFor(
  load: (header: Header) => KeyMaterial | undefined | PromiseLike<KeyMaterial | undefined>,
  header: Header,
  algorithm: Parameters<typeof loadedKey>[1],
): Key | undefined | Promise<Key | undefined> {
  const refuse = (cause: unknown): never => {
    if (isAuthError(cause)) throw cause;
    throw new TokenError("key_unknown", "key", { claim: "kid", actual: header.kid, cause });
  };
  const made = (material: KeyMaterial | undefined) =>
    material === undefined || material === null ? undefined : loadedKey(material, algorithm, "verifyingKey");
  return settle<Key | undefined, Key | undefined>(
    () => after(load(header), made),
    (key) => key,
    refuse,
  );
}

/**
 * One source a key, so that a token that names none is tried with each. Flask-JWT-Extended looks at no `kid`, so where there is one key only it
 * is the one.
 */
function keySources<Parsed, User, Subject>({
  keys,
  tokens,
}: ManagerRules<Parsed, User, Subject>): readonly KeySource[] {
  const [first, ...others] = keys.verifying;
  if (first !== undefined && others.length === 0 && tokens.profile === "flask-jwt-extended") return [() => first];
  return keys.verifying.map((key) => [key]);
}

function ownVerifiers(keys: KeySource, tokens: TokenRules): readonly Verifier[] {
  const { profile, issuer, audience, leeway, identityClaim, stringSubject, now } = tokens;
  const shared = {
    keys,
    now,
    ...(issuer.verify !== undefined && { issuer: issuer.verify }),
    ...(audience.verify !== undefined && { audience: audience.verify }),
    ...(leeway !== undefined && { leeway }),
  };
  const usual = createVerifier({ ...shared, profile, identityClaim, stringSubject });
  if (profile !== "rfc9068") return [usual];
  const refresh = createVerifier({ ...shared, profile: "jwt", type: REFRESH_TYPE, requiredClaims: ["type"] });
  return [usual, watched(refresh, requireRefresh)];
}

function requireRefresh({ claims: { type } }: Inspection): void {
  if (type === "refresh") return;
  throw new TokenError("wrong_type", "type", { claim: "type", expected: "refresh", actual: type });
}

/** A verifier of an older application, whose tokens have to do with none of our families. */
function bridged(given: Verifier | Until, foreign: WeakSet<Claims>): Verifier | Until {
  const verifier = isUntil(given) ? given.verifier : given;
  if (typeof verifier?.inspectSync !== "function")
    throw new TypeError("bridge must be a list of verifiers, or of { verifier, until }.");
  const marked = watched(verifier, ({ claims }) => void foreign.add(claims));
  return isUntil(given) ? { ...given, verifier: marked } : marked;
}

/** A verifier whose good tokens are looked at once more. */
function watched(verifier: Verifier, look: (inspection: Inspection) => void): Verifier {
  const inspectSync: Verifier["inspectSync"] = (token, options) => {
    const inspection = verifier.inspectSync(token, options);
    look(inspection);
    return inspection;
  };
  const verifySync: Verifier["verifySync"] = (token, options) => inspectSync(token, options).claims;
  return {
    inspectSync,
    verifySync,
    verify: async (token, options) => verifySync(token, options),
    recognizes: (token) => verifier.recognizes(token),
    explain: (token) => verifier.explain(token),
    now: verifier.now,
  };
}
