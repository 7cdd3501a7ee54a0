import { type ClaimShapes, REGISTERED_SHAPES } from "./claims.js";

/** The layouts of tokens that the engine knows. */
export type ProfileName = "rfc9068" | "jwt" | "flask-jwt-extended" | "flask-jwt" | "itsdangerous";

/**
 * What a kind of token looks like: a table of rules. Two profiles that share a key must exclude each other; but a token of `flask-jwt-extended`
 * is a plain one, so there its `type` claim must be asked for.
 */
export interface Profile {
  readonly name: ProfileName;
  /** The `typ` of the header as an issuer writes it; without one there must be none. */
  readonly type: string | undefined;
  /** Whether the `typ` must be there; where it need not, a caller may want another one. */
  readonly typeRequired: boolean;
  /** Whether `exp` and `iat` stand in the header, in place of the payload. No other profile has an `exp` there. */
  readonly timesInHeader: boolean;
  /** Whether a header must name its key. */
  readonly kidRequired: boolean;
  /** Whether an issuer names its key. */
  readonly kidWritten: boolean;
  /** Whether only HMAC signs. */
  readonly secretsOnly: boolean;
  /** Whether a verifier must be told the issuer and the audience that it wants. */
  readonly namesRequired: boolean;
  /** Whether a verifier without an audience takes tokens for anybody. */
  readonly audienceOpen: boolean;
  /** Whether there is a `client_id`. */
  readonly clientNamed: boolean;
  /** The claim that says whose the token is. */
  readonly identityClaim: string;
  /** What is required besides where another claim than the usual one is the identity; without it no other one can be. */
  readonly otherIdentityNeeds?: readonly string[];
  /** Whether a verifier may let a `sub` pass that is no string. */
  readonly subjectOpen: boolean;
  readonly requiredClaims: readonly string[];
  /** Members of the payload that only tokens of other profiles have. */
  readonly foreignClaims: readonly string[];
  readonly shapes: ClaimShapes;
  /** The longest life of a token, from `iat` to `exp`, in seconds; from now where there is no `iat`. */
  readonly maxLifetime: number;
  /** How long a minted token lives, in seconds; without it tokens are read and never minted. */
  readonly accessSeconds?: number;
}

const DAY = 86_400;

/** RFC 7519 and nothing more: what the other profiles differ from. */
const PLAIN = {
  type: "JWT",
  typeRequired: false,
  timesInHeader: false,
  kidRequired: false,
  kidWritten: true,
  secretsOnly: false,
  namesRequired: false,
  audienceOpen: false,
  clientNamed: true,
  identityClaim: "sub",
  subjectOpen: false,
  requiredClaims: ["exp", "iat"],
  foreignClaims: [],
  shapes: REGISTERED_SHAPES,
  maxLifetime: 366 * DAY,
} satisfies Omit<Profile, "name">;

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  // RFC 9068 section 2.2.
  rfc9068: {
    ...PLAIN,
    name: "rfc9068",
    type: "at+jwt",
    typeRequired: true,
    kidRequired: true,
    namesRequired: true,
    requiredClaims: ["iss", "aud", "exp", "iat", "client_id", "jti"],
    shapes: [
      ...REGISTERED_SHAPES,
      ["client_id", "text"],
      ["sid", "text"],
      ["auth_time", "time"],
      ["amr", "texts"],
      ["roles", "texts"],
      ["scope", "string"],
    ],
    maxLifetime: DAY,
    accessSeconds: 600,
  },
  jwt: { ...PLAIN, name: "jwt", accessSeconds: 600 },
  // Its payload is that of a plain token, so what tells the tokens of flask-jwt from it, where both have one identity claim, is `type`.
  "flask-jwt-extended": {
    ...PLAIN,
    name: "flask-jwt-extended",
    kidWritten: false,
    audienceOpen: true,
    clientNamed: false,
    otherIdentityNeeds: ["type"],
    subjectOpen: true,
    requiredClaims: ["exp"],
    shapes: [...REGISTERED_SHAPES, ["type", "string"], ["fresh", "freshness"], ["csrf", "string"]],
    accessSeconds: 900,
  },
  "flask-jwt": {
    ...PLAIN,
    name: "flask-jwt",
    identityClaim: "identity",
    otherIdentityNeeds: [],
    requiredClaims: ["exp", "iat", "nbf"],
    foreignClaims: ["sub", "type", "fresh"],
  },
  // What the TimedJSONWebSignatureSerializer of itsdangerous made, without a salt: its payload is any object.
  itsdangerous: {
    ...PLAIN,
    name: "itsdangerous",
    type: undefined,
    timesInHeader: true,
    secretsOnly: true,
    identityClaim: "id",
    otherIdentityNeeds: [],
    foreignClaims: ["sub", "exp", "iat"],
  },
};

/** The options of issuers and verifiers that choose a profile, and what it leaves open. */
export interface ProfileOptions {
  readonly profile?: ProfileName;
  readonly type?: string;
  readonly identityClaim?: string;
  readonly stringSubject?: boolean;
}

/** The profile that is asked for, with what is wanted in place of its own rules where it leaves that open; a `TypeError` where it does not. */
export function requireProfile(options: ProfileOptions): Profile {
  const { profile: name = "rfc9068", identityClaim, stringSubject = true } = options;
  if (!Object.hasOwn(PROFILES, name)) {
    throw new TypeError(`The profile must be one of ${Object.keys(PROFILES).join(", ")}.`);
  }
  const profile = PROFILES[name];
  if (typeof stringSubject !== "boolean") throw new TypeError("stringSubject must be true or false.");
  if (!stringSubject && !profile.subjectOpen) throw new TypeError(`In the profile ${name} sub is always a string.`);
  const identity = identityRules(identityClaim, profile);
  return {
    ...profile,
    ...typeRules(options.type, profile),
    identityClaim: identity.claim,
    requiredClaims: [identity.claim, ...profile.requiredClaims, ...identity.needs],
    shapes: [
      ...profile.shapes.filter(([claim]) => claim !== "sub" || stringSubject),
      ...(identity.claim === "sub" && stringSubject ? [] : [[identity.claim, "identity"] as const]),
    ],
  };
}

function typeRules(type: string | undefined, profile: Profile): Partial<Profile> {
  if (type === undefined) return {};
  if (profile.typeRequired) throw new TypeError(`The type of the profile ${profile.name} is ${profile.type}.`);
  if (typeof type !== "string" || type === "") throw new TypeError("The type must be a string that is not empty.");
  if (profile.type === undefined) throw new TypeError(`Tokens of the profile ${profile.name} have no type.`);
  return { type, typeRequired: true };
}

/** The claim that is the identity, and what is required with it. A claim that is something else already says of nobody who they are. */
function identityRules(
  given: string | undefined,
  profile: Profile,
): { readonly claim: string; readonly needs: readonly string[] } {
  const claim = given === undefined ? profile.identityClaim : given;
  if (typeof claim !== "string" || claim === "") {
    throw new TypeError("identityClaim must be the name of a claim.");
  }
  if (claim === profile.identityClaim) return { claim, needs: [] };
  if (profile.otherIdentityNeeds === undefined) {
    throw new TypeError(`The identity of the profile ${profile.name} is the claim ${profile.identityClaim}.`);
  }
  const taken = ["aud", ...profile.foreignClaims, ...profile.shapes.map(([name]) => name)];
  if (taken.includes(claim)) throw new TypeError(`The claim ${claim} cannot be the identity: it says something else.`);
  return { claim, needs: profile.otherIdentityNeeds };
}

/** A media type as `typ` abbreviates it: any case, `application/` left out where no other slash follows (RFC 7515 section 4.1.9). */
export function plainType(type: string): string {
  const lower = type.toLowerCase();
  const rest = lower.startsWith("application/") ? lower.slice("application/".length) : lower;
  return rest.includes("/") ? lower : rest;
}
