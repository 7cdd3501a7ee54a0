import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import bcrypt from "bcryptjs";

/** Hashes of passwords: Argon2id for new ones, and bcrypt for those that the course's Flask-Bcrypt wrote, of which `findOld` finds any one. */
export function createPasswords(findOld) {
  const nobody = hash(randomBytes(32));
  return {
    hash: (password) => hash(password),
    /**
     * Compares a password with a hash, or with nobody's. As long as one hash of the course is left, every log-in costs one of each kind: a name
     * that nobody has, one that has not logged in since, and one that has take the same time, so the time tells nothing.
     */
    async verify(password, kept) {
      const isOfTheCourse = kept?.startsWith("$2") ?? false;
      const old = isOfTheCourse ? kept : findOld();
      const matchesOld = old !== undefined && (await bcrypt.compare(password, old));
      const matchesNew = await verify(isOfTheCourse ? await nobody : (kept ?? (await nobody)), password);
      const matches = kept !== undefined && (isOfTheCourse ? matchesOld : matchesNew);
      return { matches, isOfTheCourse };
    },
  };
}
