import { randomBytes } from "node:crypto";
import { AuthError } from "../errors/auth-error.js";
import { after } from "../guard/after.js";
import { type Claims, type Inspection, TokenError } from "../tokens/index.js";
import { type RefreshVerdict, refreshRule } from "../tokens/refresh-rule.js";
import { uuidV7 } from "../tokens/uuid-v7.js";
import { endOf } from "./family-claims.js";
import type { RotationRules } from "./manager-rules.js";
import type { ManagerVerifier } from "./manager-verifier.js";
import type { RefreshFamily } from "./refresh-store.js";

/** The families of refresh tokens of one manager, in its store. */
export interface Families {
  /** The family of a refresh token, which has not ended. Throws `invalid_grant`. */
  requireFamily(claims: Claims): Promise<RefreshFamily>;
  /** Moves the family of a refresh token on, and gives it with the generation that follows. Throws `invalid_grant`. */
  advance(claims: Claims): Promise<RefreshFamily>;
  /** Whether the family of a token has ended; a refresh token that was used twice ends it. */
  hasEnded(inspection: Inspection): boolean | Promise<boolean>;
  /** Ends the family of a token; tells whether it belongs to one. */
  end(claims: Claims): Promise<boolean>;
}

/** A family that ends after so many seconds, at its beginning. It is in no store yet. */
export function newFamily(identity: string, seconds: number, now: () => number): RefreshFamily {
  const at = Math.floor(now());
  const nonce = randomBytes(32).toString("base64url");
  return { id: uuidV7(at), identity, nonce, generation: 0, rotatedAt: at, expiresAt: at + seconds * 1000 };
}

// Whoever loses a race reads the family once more, and then it has moved on or ended.
const MOST_READINGS = 3;
// What would expire on its way is not made any more.
const LEAST_SECONDS = 2;

/** Makes the families. Their rule is the one of the server's sessions. */
export function createFamilies(
  { store, graceMs }: RotationRules,
  now: () => number,
  { isForeign }: Pick<ManagerVerifier, "isForeign">,
): Families {
  const verdictOn = (generation: unknown, family: RefreshFamily): RefreshVerdict => {
    if (typeof generation !== "number" || !Number.isSafeInteger(generation) || generation < 0) return "refuse";
    const ageMs = now() - family.rotatedAt;
    return refreshRule({ presented: generation, current: family.generation, ageMs, graceMs });
  };

  const requireFamily = async (claims: Claims): Promise<RefreshFamily> => {
    const { sid } = claims;
    const family = !isFamilyId(sid) || isForeign(claims) ? undefined : await store.find(sid);
    if (family === undefined || family === null) throw refused("Its family is not known, or has ended.");
    if (endOf(family) - now() / 1000 >= LEAST_SECONDS) return family;
    throw new TokenError("expired", "times", { claim: "exp", actual: claims.exp });
  };

  /** The family with its next generation, or `undefined` where somebody else was faster. */
  const advanceOnce = async (claims: Claims): Promise<RefreshFamily | undefined> => {
    const family = await requireFamily(claims);
    const verdict = verdictOn(claims.gen, family);
    if (verdict === "reissue") return family;
    if (verdict === "replay") {
      await store.end(family.id);
      throw refused("It was used before: its family has ended.");
    }
    if (verdict === "refuse") throw refused("Its generation is not known.");
    const rotatedAt = Math.floor(now());
    const moved = await store.rotate(family.id, family.generation, rotatedAt);
    return moved ? { ...family, generation: family.generation + 1, rotatedAt } : undefined;
  };

  return {
    requireFamily,

    async advance(claims) {
      for (let reading = 0; reading < MOST_READINGS; reading++) {
        const family = await advanceOnce(claims);
        if (family !== undefined) return family;
      }
      throw new Error("The refresh store says that a family has not moved on, and does not move it.");
    },

    hasEnded({ claims }) {
      const { sid } = claims;
      if (sid === undefined || isForeign(claims)) return false;
      return after(isFamilyId(sid) ? store.find(sid) : undefined, (family) => {
        if (family === undefined || family === null) return true;
        if (claims.type !== "refresh") return false;
        const verdict = verdictOn(claims.gen, family);
        return verdict === "replay" ? after(store.end(family.id), () => true) : verdict === "refuse";
      });
    },

    async end(claims) {
      const { sid } = claims;
      if (!isFamilyId(sid) || isForeign(claims)) return false;
      await store.end(sid);
      return true;
    },
  };
}

/** Not every profile looks at `sid`, and whoever shares the key may write anything there: a store is asked for texts alone. */
function isFamilyId(sid: unknown): sid is string {
  return typeof sid === "string" && sid !== "";
}

function refused(why: string): AuthError {
  return new AuthError("invalid_grant", { cause: new Error(why) });
}
