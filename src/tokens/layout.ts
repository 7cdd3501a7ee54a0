import type { Claims } from "./claims.js";
import type { Header } from "./compact.js";
import type { Profile } from "./profiles.js";
import type { JsonObject } from "./strict-json.js";
import { TokenError } from "./token-error.js";

/** Where a profile has its claims. Where that is where {@link Claims} have them, both give what they were given. */
export interface Layout {
  /** The claims where the checks look for them; throws where a member belongs to another profile. */
  gather(payload: JsonObject, header: Header): JsonObject;
  /** Checked claims with the identity as `sub`, in the text of a number. */
  identify(claims: JsonObject): Claims;
}

/** The layout of a profile. */
export function layoutOf({ foreignClaims, timesInHeader, identityClaim }: Profile): Layout {
  return {
    gather(payload, header) {
      for (const name of foreignClaims) {
        if (payload[name] === undefined) continue;
        throw new TokenError("wrong_type", "payload", { claim: name, part: "payload" });
      }
      return timesInHeader ? { ...payload, exp: header.exp, iat: header.iat } : payload;
    },
    identify(claims) {
      const sub = String(claims[identityClaim]);
      return (sub === claims.sub ? claims : { ...claims, sub }) as JsonObject as Claims;
    },
  };
}
