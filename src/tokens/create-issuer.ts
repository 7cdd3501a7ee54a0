import { encodeBase64url } from "./base64url.js";
import { type Claims, hasShape, isAudience, SHAPE_NAMES } from "./claims.js";
import { LONGEST_TOKEN } from "./compact.js";
import { headerWriter } from "./header-writer.js";
import { type Key, requireSigningKey, type SigningKey } from "./key.js";
import { requireKnownOptions, TOKEN_OPTIONS } from "./known-options.js";
import { type Profile, type ProfileName, requireProfile } from "./profiles.js";
import { signatureMaker } from "./signature.js";
import { isWritable, type JsonObject } from "./strict-json.js";
import { uuidV7 } from "./uuid-v7.js";

/** What an issuer is made of. Durations are in seconds; `now` answers in milliseconds. */
export interface IssuerOptions {
  /** The `iss` of every token. Required in the profile `rfc9068`, like `audience` and `clientId`. */
  readonly issuer?: string;
  readonly audience?: string | readonly string[];
  readonly clientId?: string;
  /** The first one signs. */
  readonly keys: readonly Key[];
  readonly profile?: ProfileName;
  /** The `typ` of the header in the profiles `jwt` and `flask-jwt-extended`; `JWT` where it is not given. */
  readonly type?: string;
  /** The claim that says whose the token is, in the profile `flask-jwt-extended`; `sub` where it is not given. */
  readonly identityClaim?: string;
  /** How long a token lives: 600 where it is not given, 900 in the profile `flask-jwt-extended`. */
  readonly accessSeconds?: number;
  readonly now?: () => number;
}

/** The claims to mint: `sub`, and whatever else the token shall say. What is given replaces what the issuer would write. */
export type MintClaims = Partial<Claims> & { readonly sub: string };

/** What one token has of its own. */
export interface MintOptions {
  readonly audience?: string | readonly string[];
  /** How long this token lives, in seconds. */
  readonly accessSeconds?: number;
  /** Further members of the header. `alg` and `kid` are the key's, and `typ` the profile's where it must be there. */
  readonly header?: JsonObject;
}

/** Mints signed tokens of one profile. */
export interface Issuer<C extends Partial<Claims> = MintClaims> {
  /** A signed token. A `TypeError` where a claim that the profile knows is missing or of another shape, or the lifetime is. */
  mint(claims: C, options?: MintOptions): string;
}

/** Makes an issuer. The header, and with it algorithm and `kid`, is the first key's. Where `sub` need not be the identity, no `sub` is asked for. */
export function createIssuer(options: IssuerOptions & { readonly identityClaim: string }): Issuer<Partial<Claims>>;
export function createIssuer(options: IssuerOptions): Issuer;
export function createIssuer(options: IssuerOptions): Issuer<Partial<Claims>> {
  requireKnownOptions(options, "createIssuer", TOKEN_OPTIONS);
  const profile = requireProfile(options);
  if (profile.accessSeconds === undefined) {
    throw new TypeError(`Tokens of the profile ${profile.name} are read, and never minted.`);
  }
  const key = requireFirst(options.keys);
  const make = signatureMaker(key);
  const { issuer, audience, clientId, accessSeconds = profile.accessSeconds, now = Date.now } = options;
  if (profile.namesRequired && (issuer === undefined || audience === undefined || clientId === undefined)) {
    throw new TypeError(`An issuer of the profile ${profile.name} needs issuer, audience and clientId.`);
  }
  if (!profile.clientNamed && clientId !== undefined) {
    throw new TypeError(`Tokens of the profile ${profile.name} name no client.`);
  }
  requireSeconds(accessSeconds, profile);
  const headerOf = headerWriter(key, profile);

  return {
    mint(claims, own = {}) {
      requireKnownOptions(own, "mint", ["audience", "accessSeconds", "header"]);
      const milliseconds = now();
      const iat = Math.floor(milliseconds / 1000);
      const all = {
        iss: issuer,
        aud: own.audience ?? audience,
        client_id: clientId,
        iat,
        exp: iat + (own.accessSeconds ?? accessSeconds),
        jti: uuidV7(milliseconds),
        ...claims,
      };
      requireMintable(all, profile);
      if (!isWritable(all)) throw new TypeError(UNWRITABLE);
      const input = `${headerOf(own.header)}.${encodeBase64url(JSON.stringify(all))}`;
      const token = `${input}.${make(input)}`;
      if (token.length > LONGEST_TOKEN)
        throw new TypeError(`The token would be longer than ${LONGEST_TOKEN} characters.`);
      return token;
    },
  };
}

function requireFirst(keys: readonly Key[]): SigningKey {
  const first = Array.isArray(keys) ? keys[0] : undefined;
  if (first === undefined) throw new TypeError("An issuer needs a list with a key to sign with.");
  return requireSigningKey(first);
}

function requireMintable(claims: Record<string, unknown>, profile: Profile): void {
  if (typeof claims.toJSON === "function") throw new TypeError("Claims are written as they are: without toJSON.");
  for (const name of profile.requiredClaims) {
    if (claims[name] === undefined) throw new TypeError(`The claim ${name} is missing.`);
  }
  for (const [name, shape] of profile.shapes) {
    const value = claims[name];
    if (value !== undefined && !hasShape(value, shape)) {
      throw new TypeError(`The claim ${name} must be ${SHAPE_NAMES[shape]}.`);
    }
  }
  if (claims.aud !== undefined && !isAudience(claims.aud)) {
    throw new TypeError("The claim aud must be a string or a list of strings, none of them empty.");
  }
  requireLife(claims, profile);
}

function requireLife(claims: Record<string, unknown>, profile: Profile): void {
  if ((claims.nbf as number) >= (claims.exp as number)) {
    throw new TypeError("The claim nbf must be before exp.");
  }
  const lifetime = (claims.exp as number) - (claims.iat as number);
  if (!(lifetime > 0 && lifetime <= profile.maxLifetime)) {
    throw new TypeError(`A token of the profile ${profile.name} lives for 1 to ${profile.maxLifetime} seconds.`);
  }
}

const UNWRITABLE =
  "The claims cannot be written as a token: they are nested too deeply, or hold a number that is not finite, half a surrogate pair or __proto__.";

function requireSeconds(seconds: unknown, { name, maxLifetime }: Profile): void {
  if (typeof seconds === "number" && seconds > 0 && seconds <= maxLifetime) return;
  throw new TypeError(`accessSeconds must be a number over 0, and ${maxLifetime} at most in the profile ${name}.`);
}
