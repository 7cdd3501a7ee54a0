/** Where a token may lie in a request. */
export type Location = "header" | "cookie" | "query" | "json";

/** The kinds of tokens that a route takes. */
export type TokenType = "access" | "refresh" | "any";

/** What the places are called that a token may lie in. */
export interface Places {
  /** In this order; the first place that holds a token decides. */
  readonly locations: readonly Location[];
  readonly header: {
    readonly name: string;
    /** Any of them stands before the token, in any case; the empty one means a header that is the token alone. */
    readonly schemes: readonly string[];
    /** Whether the value may be a list with commas between, of which one item has such a scheme. */
    readonly list: boolean;
  };
  readonly cookie: PlaceNames;
  readonly query: {
    readonly name: string;
    /** What must stand before the token. */
    readonly prefix: string;
  };
  readonly json: PlaceNames;
}

/** The names of a place for the two kinds of tokens. */
export interface PlaceNames {
  readonly access: string;
  readonly refresh: string;
}

/** The name for a type of token; a route for any type looks where access tokens lie. */
export function nameFor(names: PlaceNames, type: TokenType): string {
  return type === "refresh" ? names.refresh : names.access;
}

/** Where tokens lie if nothing else is said: in `Authorization: Bearer`, and under the names of Flask-JWT-Extended elsewhere. */
export const USUAL_PLACES: Places = {
  locations: ["header"],
  header: { name: "authorization", schemes: ["Bearer"], list: false },
  cookie: { access: "access_token_cookie", refresh: "refresh_token_cookie" },
  query: { name: "jwt", prefix: "" },
  json: { access: "access_token", refresh: "refresh_token" },
};
