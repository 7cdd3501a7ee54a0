import { requireOwn } from "../guard/admit.js";
import type { Auth } from "../guard/auth.js";
import { requireTokenType } from "../guard/checks.js";
import type { Protection } from "../guard/protector.js";
import { type Claims, type Inspection, TokenError } from "../tokens/index.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { type Draft, draftClaims, type RefreshTokenOptions } from "./draft-token.js";
import { type Families, newFamily } from "./families.js";
import { asMinted, createFamilySigner, ownClaims, requireNoFamily } from "./family-signer.js";
import type { ManagerRules, RotationRules } from "./manager-rules.js";
import type { ManagerVerifier } from "./manager-verifier.js";
import type { Minter } from "./mint-tokens.js";

/** The tokens that follow a refresh token. */
export interface Rotated<C extends Claims = Claims> {
  readonly accessToken: string;
  /** The successor; who presents the same token again within the grace gets the same one. */
  readonly refreshToken: string;
  readonly identity: string;
  /** The claims of the token that was presented. */
  readonly claims: C;
}

/** An access token and a refresh token of one log-in. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A token, or what a guard left of one with the request that it let through. */
export type Presented<C extends Claims = Claims> = string | Auth<C>;

/** What rotates the tokens of one manager. */
export interface Rotator<C extends Claims> {
  /** The refresh token that begins a family. */
  begin(refresh: Draft): Promise<string>;
  /** The same with an access token of the family. */
  beginPair(refresh: Draft, access: Draft): Promise<TokenPair>;
  rotate(presented: Presented<C>, options: RefreshTokenOptions): Promise<Rotated<C>>;
  end(presented: Presented<C>): Promise<boolean>;
}

/** What a rotator is made of; `protection` is what the application says of a token, without its family. */
interface RotatorParts<C extends Claims, User, Subject> {
  readonly rotation: RotationRules;
  readonly families: Families;
  readonly verifier: ManagerVerifier;
  readonly minter: Minter<Subject>;
  readonly protection: Protection<C, User>;
}

const ASK_ALL = { skipRevocation: false };

/** Makes the rotator of a manager with a store. */
export function createRotator<Parsed, User, Subject>(
  { tokens, loaders }: ManagerRules<Parsed, User, Subject>,
  parts: RotatorParts<Claims & Parsed, User, Subject>,
): Rotator<Claims & Parsed> {
  type Own = Inspection<Claims & Parsed>;
  const { rotation, families, verifier, minter, protection } = parts;
  const sign = createFamilySigner(minter, tokens, rotation.idleSeconds);

  const inspected = createPresentedReader(verifier, protection);

  /** The user's own claims of now, or those of the refresh token where nobody can be asked for them. */
  const accessDraft = async ({ claims }: Own, user: User | undefined, options: RefreshTokenOptions): Promise<Draft> => {
    const subject = loaders.identityOf === undefined ? claims.sub : user;
    if (subject === undefined)
      return minter.carried(claims.sub, ownClaims(verifier.asWritten(claims), tokens), options);
    return { ...(await minter.draft("access", subject as Subject, options)), identity: claims.sub };
  };

  const beginning = async (draft: Draft) => {
    requireNoFamily(draft.claims);
    const claims = draftClaims(draft, tokens);
    const family = newFamily(String(claims[tokens.identityClaim]), draft.expiresIn, tokens.now);
    const refreshToken = await sign.refresh(draft.identity, claims, draft.headers, family);
    return { family, refreshToken };
  };

  return {
    async begin(refresh) {
      const { family, refreshToken } = await beginning(refresh);
      await rotation.store.create(family);
      return refreshToken;
    },

    async beginPair(refresh, access) {
      const { family, refreshToken } = await beginning(refresh);
      const accessToken = await sign.access(access, family);
      await rotation.store.create(family);
      return { accessToken, refreshToken };
    },

    async rotate(presented, options) {
      requireKnownOptions(options, "rotateRefreshToken", ["expiresIn", "claims", "headers"]);
      const inspection = await inspected(presented, false);
      const { claims } = inspection;
      requireTokenType(inspection, "refresh");
      const user = await requireOwn(protection, inspection, ASK_ALL);
      const access = await accessDraft(inspection, user, options);
      const accessToken = await sign.access(access, await families.requireFamily(claims));
      // Whatever failed up to here has not used up the token.
      const family = await families.advance(claims);
      const { alg, typ, kid, ...headers } = inspection.header;
      const written = asMinted(verifier.asWritten(claims), tokens);
      const refreshToken = await sign.refresh(access.identity, written, headers, family);
      return { accessToken, refreshToken, identity: access.identity, claims };
    },

    end: async (presented) => families.end((await inspected(presented, true)).claims),
  };
}

/** Makes what reads a token, or finds what a guard has read before. */
function createPresentedReader<C extends Claims, User>(
  verifier: ManagerVerifier,
  protection: Protection<C, User>,
): (presented: Presented<C>, allowExpired: boolean) => Inspection<C> | Promise<Inspection<C>> {
  return (presented, allowExpired) => {
    if (typeof presented === "string") return protection.inspect(presented, { skipRevocation: true, allowExpired });
    // A body may hold an object that looks like what a guard leaves.
    const inspection = verifier.findInspection(presented?.claims);
    if (inspection === undefined) throw new TokenError("not_a_string", "shape", { actual: typeof presented });
    return inspection as Inspection<C>;
  };
}
