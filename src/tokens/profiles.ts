import { type ClaimShapes, REGISTERED_SHAPES } from "./claims.js";

/** The layouts of tokens that the engine knows. */
export type ProfileName = "rfc9068" | "jwt";

/** What a kind of token looks like: a table of rules. Two profiles that share a key must exclude each other. */
export interface Profile {
  readonly name: ProfileName;
  /** The `typ` of the header, in lower case and without `application/`. */
  readonly type: string;
  /** Whether the `typ` must be there. */
  readonly typeRequired: boolean;
  readonly kidRequired: boolean;
  /** Whether a verifier must be told the issuer and the audience that it wants. */
  readonly namesRequired: boolean;
  readonly requiredClaims: readonly string[];
  readonly shapes: ClaimShapes;
  /** The longest life of a token, from `iat` to `exp`, in seconds. */
  readonly maxLifetime: number;
}

const DAY = 86_400;

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  // RFC 9068 section 2.2.
  rfc9068: {
    name: "rfc9068",
    type: "at+jwt",
    typeRequired: true,
    kidRequired: true,
    namesRequired: true,
    requiredClaims: ["iss", "sub", "aud", "exp", "iat", "client_id", "jti"],
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
  },
  jwt: {
    name: "jwt",
    type: "jwt",
    typeRequired: false,
    kidRequired: false,
    namesRequired: false,
    requiredClaims: ["exp", "iat", "sub"],
    shapes: REGISTERED_SHAPES,
    maxLifetime: 366 * DAY,
  },
};

/** The profile of a name, with the `typ` that is wanted instead of its own where the profile leaves that open. */
export function requireProfile(name: ProfileName = "rfc9068", type?: string): Profile {
  if (!Object.hasOwn(PROFILES, name)) {
    throw new TypeError(`The profile must be one of ${Object.keys(PROFILES).join(", ")}.`);
  }
  const profile = PROFILES[name];
  if (type === undefined) return profile;
  if (profile.typeRequired) throw new TypeError(`The type of the profile ${name} is ${profile.type}.`);
  if (typeof type !== "string" || type === "") throw new TypeError("The type must be a string that is not empty.");
  return { ...profile, type: plainType(type), typeRequired: true };
}

/** A media type as `typ` abbreviates it: any case, `application/` left out where no other slash follows (RFC 7515 section 4.1.9). */
export function plainType(type: string): string {
  const lower = type.toLowerCase();
  const rest = lower.startsWith("application/") ? lower.slice("application/".length) : lower;
  return rest.includes("/") ? lower : rest;
}
