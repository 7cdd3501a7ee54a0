import { TokenError } from "../tokens/index.js";
import type { Places } from "./places.js";

/** Reads the token of a header: `undefined` where it is missing or of another scheme. */
export type HeaderReader = (value: string | undefined) => string | undefined;

// RFC 6750 section 2.1: b64token. Two headers reach us joined by a comma, which it does not hold.
const TOKEN = "[A-Za-z0-9\\-._~+/]+=*";
const NEVER = /(?!)/;
const BARE = new RegExp(`^${TOKEN}$`);

/**
 * Makes the reader of a header with any of these schemes, in any case (RFC 9110 section 11.1). It throws a `TokenError` for a header of such a
 * scheme that holds no token, or more than one; of a list, two items of such a scheme count as none, as in Flask-JWT-Extended. Where the empty
 * scheme is among them, a value of another scheme may be the token alone.
 */
export function createHeaderReader({ schemes, list }: Places["header"]): HeaderReader {
  const named = schemes.filter((scheme) => scheme !== "").map(escaped);
  const isBareAllowed = named.length < schemes.length;
  const any = `(?:${named.join("|")})`;
  const ofScheme = named.length === 0 ? NEVER : new RegExp(`^${any}(?:[ ,${list ? "\\t" : ""}]|$)`, "i");
  const whole = named.length === 0 ? NEVER : new RegExp(`^${any}${list ? "[ \\t]+" : " "}(${TOKEN})$`, "i");

  const readBare = (value: string): string | undefined => {
    if (!isBareAllowed || value === "") return undefined;
    if (!BARE.test(value)) throw malformed();
    return value;
  };
  const readItem = (value: string): string | undefined => {
    const token = whole.exec(value)?.[1];
    if (token !== undefined) return token;
    if (ofScheme.test(value)) throw malformed();
    return readBare(value);
  };
  const readList = (value: string): string | undefined => {
    const items = value.split(",").map((item) => item.trim());
    const fitting = items.filter((item) => ofScheme.test(item));
    const [item] = fitting;
    if (item === undefined) return readBare(items.filter((some) => some !== "").join(","));
    return fitting.length === 1 ? readItem(item) : undefined;
  };

  return (value) => {
    if (value === undefined) return undefined;
    if (!list) return readItem(value);
    return value.includes(",") ? readList(value) : readItem(value.trim());
  };
}

function malformed(): TokenError {
  return new TokenError("malformed_header", "shape");
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, "\\$&");
}
