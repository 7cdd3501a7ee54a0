import { type Draft, draftClaims, type Members } from "./draft-token.js";
import { endOf, familyClaims } from "./family-claims.js";
import type { TokenRules } from "./manager-rules.js";
import type { Minter } from "./mint-tokens.js";
import type { RefreshFamily } from "./refresh-store.js";

/** Signs the tokens of families. */
export interface FamilySigner {
  /** The refresh token of the generation that a family is at. */
  refresh(identity: string, claims: Members, headers: Members, family: RefreshFamily): Promise<string>;
  /** An access token, which ends with its family at the latest. */
  access(draft: Draft, family: RefreshFamily): Promise<string>;
}

/** Makes what signs the tokens of families. */
export function createFamilySigner<Subject>(
  minter: Minter<Subject>,
  tokens: TokenRules,
  idleSeconds: number | undefined,
): FamilySigner {
  return {
    refresh(identity, claims, headers, family) {
      const { csrf, ...own } = familyClaims(family, idleSeconds);
      const all = { ...claims, ...own, ...(tokens.csrfClaim && { csrf }), ...(tokens.notBefore && { nbf: own.iat }) };
      return minter.sign("refresh", identity, all, headers);
    },
    access(draft, family) {
      requireNoFamily(draft.claims);
      const claims = draftClaims(draft, tokens);
      const exp = Math.min(claims.exp as number, endOf(family));
      return minter.sign("access", draft.identity, { ...claims, exp, sid: family.id }, draft.headers);
    },
  };
}

// Every token gets its own.
const NOT_CARRIED = ["fresh", "iat", "jti", "type", "nbf", "csrf", "aud", "iss", "exp", "sid", "gen", "client_id"];

/** The claims of a token that its application gave it. */
export function ownClaims(claims: Members, { identityClaim }: TokenRules): Members {
  return without(claims, [...NOT_CARRIED, "auth_time", "sub", identityClaim]);
}

/** The claims of a token as they were minted: the identity is laid over as `sub` when it is verified. */
export function asMinted(claims: Members, { identityClaim }: TokenRules): Members {
  return identityClaim === "sub" ? claims : without(claims, ["sub"]);
}

function without(claims: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

const FAMILY_CLAIMS = ["sid", "gen"];

/** Throws a `TypeError` for claims that say of which family a token is. */
export function requireNoFamily(claims: Members): void {
  const taken = FAMILY_CLAIMS.find((name) => claims[name] !== undefined);
  if (taken !== undefined) throw new TypeError(`The claim ${taken} is the family's: give none.`);
}
