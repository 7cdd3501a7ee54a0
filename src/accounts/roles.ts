import { AuthError } from "../errors/auth-error.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
// Every role stands in every access token.
const MOST = 32;

/** The roles of a user, each once and in order. Throws `invalid_request` that names the field. */
export function requireRoles(roles: readonly string[]): readonly string[] {
  const isList = Array.isArray(roles) && roles.length <= MOST;
  if (isList && [...roles].every((role) => typeof role === "string" && NAME.test(role)))
    return [...new Set(roles)].sort();
  const message = `Roles are at most ${MOST} names of 1 to 64 letters, digits and . _ : - each.`;
  throw new AuthError("invalid_request", { fields: [{ field: "roles", message }] });
}
