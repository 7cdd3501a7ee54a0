import { AuthError } from "../errors/auth-error.js";

/**
 * Checks members that no compiler has checked, because they come from plain JavaScript or from a file. Throws `invalid_request` that names
 * each one that is missing or no text, and a `TypeError` where there is no object at all.
 */
export function requireTexts<Given extends object>(
  given: Given,
  required: readonly (keyof Given & string)[],
  optional: readonly (keyof Given & string)[] = [],
): void {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`This takes { ${[...required, ...optional.map((name) => `${name}?`)].join(", ")} }.`);
  }
  const wanted = [...required, ...optional.filter((name) => given[name] !== undefined)];
  const wrong = wanted.filter((name) => typeof given[name] !== "string");
  if (wrong.length === 0) return;
  throw new AuthError("invalid_request", {
    fields: wrong.map((field) => ({ field, message: "This must be a text." })),
  });
}

/** Checks an id. Throws `invalid_request` for what is no text, and `not_found` for a text that no database keeps. */
export function requireId(id: string, field = "id"): void {
  requireTexts({ [field]: id }, [field]);
  if (id.includes("\0") || !id.isWellFormed()) throw new AuthError("not_found");
}
