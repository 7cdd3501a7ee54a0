import { TokenError } from "../tokens/index.js";
import { isLater } from "./after.js";
import type { GuardInput } from "./guard-input.js";
import { createHeaderReader } from "./header-token.js";
import { type Location, nameFor, type Places, type TokenType } from "./places.js";

/** A token as it lay in a request, unverified; it is a text unless somebody wrote something else into JSON. */
export interface Found {
  readonly token: string;
  readonly location: Location;
}

/** Finds the token of a request. It gives a promise only where a body has to be waited for. */
export type TokenFinder = (input: GuardInput) => Found | undefined | Promise<Found | undefined>;

/**
 * Makes the finder of the tokens of one type: the first place that holds one decides, and a fault in it is not mended by a later place. Throws a
 * `TokenError` where a place holds something that is no token.
 */
export function createTokenFinder(places: Places, type: TokenType): TokenFinder {
  const readHeader = createHeaderReader(places.header);
  const headerName = places.header.name.toLowerCase();
  const cookieName = nameFor(places.cookie, type);
  const memberName = nameFor(places.json, type);
  const readers: Record<Location, (input: GuardInput) => unknown> = {
    header: (input) => readHeader(input.header(headerName)),
    cookie: (input) => input.cookie?.(cookieName),
    query: (input) => queryToken(input.query?.(places.query.name), places.query.prefix),
    json: (input) => memberOf(input.json?.(), memberName),
  };
  const { locations } = places;

  const findFrom = (input: GuardInput, index: number): Found | undefined | Promise<Found | undefined> => {
    for (let at = index; at < locations.length; at++) {
      const location = locations[at] as Location;
      const token = readers[location](input);
      if (isLater(token)) {
        return Promise.resolve(token).then((value) =>
          value ? { token: value as string, location } : findFrom(input, at + 1),
        );
      }
      if (token) return { token: token as string, location };
    }
    return undefined;
  };
  return (input) => findFrom(input, 0);
}

function queryToken(value: string | undefined, prefix: string): string | undefined {
  if (!value) return undefined;
  if (!value.startsWith(prefix) || value.length === prefix.length) throw new TokenError("malformed_parameter", "shape");
  return value.slice(prefix.length);
}

function memberOf(body: unknown, name: string): unknown {
  if (isLater(body)) return body.then((value) => memberOf(value, name));
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Record<string, unknown>)[name];
}
