import type { Claims, StandardSchema } from "../tokens/index.js";
import { requireKnownOptions } from "../tokens/known-options.js";
import { requireFitting } from "./claims-schema.js";
import {
  type AccessTokenOptions,
  type Draft,
  draftToken,
  type Kind,
  type Members,
  type RefreshTokenOptions,
  requireIdentity,
  requireMembers,
} from "./draft-token.js";
import type { ManagerRules } from "./manager-rules.js";
import { createSignerFinder } from "./token-signers.js";

/** Writes and signs drafts. */
export interface Minter<Subject> {
  /** The draft of a token for a user, with what the loaders say of him. */
  draft(kind: Kind, user: Subject, options: AccessTokenOptions): Promise<Draft>;
  /** The draft of an access token with claims of another one, where nobody can be asked for them. */
  carried(identity: string, claims: Members, options: RefreshTokenOptions): Draft;
  /** Signs claims and header members; a `TypeError` where they make no good token. */
  sign(kind: Kind, identity: string, claims: Members, headers: Members): Promise<string>;
}

const OPTIONS = ["expiresIn", "claims", "headers"];
const WARN_OVER = 1024;

/** Makes the minter of a manager. */
export function createMinter<Parsed, User, Subject>(rules: ManagerRules<Parsed, User, Subject>): Minter<Subject> {
  const { tokens, loaders, warn } = rules;
  const { identityOf, extraClaims, extraHeaders } = loaders;
  const schema = rules.schema as StandardSchema<unknown> | undefined;
  const findSigner = createSignerFinder(rules, loaders);
  let isWarned = false;

  return {
    async draft(kind, user, options) {
      const isAccess = kind === "access";
      const known = isAccess ? [...OPTIONS, "fresh"] : OPTIONS;
      requireKnownOptions(options, isAccess ? "createAccessToken" : "createRefreshToken", known);
      const identity = requireIdentity(identityOf === undefined ? user : identityOf(user));
      const claims = requireMembers(await extraClaims?.(user), "extraClaims");
      const headers = requireMembers(await extraHeaders?.(user), "extraHeaders");
      return draftToken({ kind, identity, claims, headers }, options, tokens);
    },

    carried(identity, claims, options) {
      return draftToken({ kind: "access", identity, claims, headers: {} }, options, tokens);
    },

    async sign(kind, identity, claims, headers) {
      requireFitting(schema, { ...claims, sub: String(claims[tokens.identityClaim]) });
      const { issuer, header } = await findSigner(kind, identity);
      const token = issuer.mint(claims as Partial<Claims>, { header: { ...headers, ...header } });
      if (token.length > WARN_OVER && !isWarned) {
        isWarned = true;
        warn(`A token of ${token.length} characters was minted. It goes with every request: keep it under 1 KB.`);
      }
      return token;
    },
  };
}
