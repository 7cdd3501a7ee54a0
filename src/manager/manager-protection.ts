import { after } from "../guard/after.js";
import type { Protection } from "../guard/protector.js";
import type { Claims, Inspection } from "../tokens/index.js";
import type { Families } from "./families.js";
import type { ManagerRules } from "./manager-rules.js";
import type { ManagerVerifier } from "./manager-verifier.js";
import { createRefusalOf } from "./refusals.js";

/** What a guard is told of a manager: where tokens lie, what its loaders say of them, and how refusals are answered. */
export function createProtection<Parsed, User, Subject>(
  rules: ManagerRules<Parsed, User, Subject>,
  verifier: ManagerVerifier,
): Protection<Claims & Parsed, User> {
  const { places, cookies, tokens, loaders } = rules;
  const { isRevoked, accepts, findUser } = loaders;
  type Own = Inspection<Claims & Parsed>;
  return {
    places,
    csrf: cookies.csrf,
    exemptMethods: ["OPTIONS"],
    now: tokens.now,
    inspect: (token, options) => verifier.inspect(token, options) as Own | Promise<Own>,
    ...(isRevoked !== undefined && { isRevoked: ({ claims, header }: Own) => isRevoked(claims, header) }),
    ...(accepts !== undefined && { isAccepted: ({ claims, header }: Own) => accepts(claims, header) }),
    ...(findUser !== undefined && { findUser: ({ claims, header }: Own) => findUser(claims, header) }),
    refusalOf: createRefusalOf(rules),
  };
}

/** The same where tokens of a family are good only as long as it is. */
export function withFamilies<C extends Claims, User>(
  protection: Protection<C, User>,
  families: Families,
): Protection<C, User> {
  const { isRevoked } = protection;
  return {
    ...protection,
    isRevoked: (inspection) =>
      after(families.hasEnded(inspection), (ended) => ended || after(isRevoked?.(inspection) ?? false, Boolean)),
  };
}
