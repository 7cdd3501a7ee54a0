import type { Claims } from "./claims.js";
import type { Header } from "./compact.js";
import type { Profile } from "./profiles.js";
import type { JsonObject } from "./strict-json.js";
import { TokenError } from "./token-error.js";

/** Where a profile has its claims, as far as that is not where {@link Claims} have them. */
export interface Layout {
  /** The claims where the checks look for them; throws where a member belongs to another profile. */
  gather(payload: JsonObject, header: Header): JsonObject;
  /** Checked claims with the identity as `sub`, in the text of a number. */
  identify(claims: JsonObject): Claims;
}

/** The layout of a profile; `undefined` where nothing has to be moved, so that no time is lost with it. */
export function layoutOf({ foreignClaims, timesInHeader, identityClaim, shapes }: Profile): Layout | undefined {
  const isString = shapes.some(([name, shape]) => name === "sub" && shape === "text");
  if (foreignClaims.length === 0 && !timesInHeader && identityClaim === "sub" && isString) return undefined;
  return {
    gather(payload, header) {
      const foreign = foreignClaims.find((name) => payload[name] !== undefined);
      if (foreign !== undefined) throw new TokenError("wrong_type", "payload", { claim: foreign, part: "payload" });
      return timesInHeader ? { ...payload, exp: header.exp, iat: header.iat } : payload;
    },
    identify: (claims) => ({ ...claims, sub: String(claims[identityClaim]) }) as JsonObject as Claims,
  };
}
