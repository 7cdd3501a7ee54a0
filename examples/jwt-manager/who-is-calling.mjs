// What Flask-JWT-Extended calls the four places.
const PLACES = { header: "headers", cookie: "cookies", query: "query_string", json: "json" };

/** Where the token lay; `null` for nobody. */
export function whereOf(auth) {
  return auth === undefined ? null : PLACES[auth.location];
}

/** The claims of a token, with those that Flask-JWT-Extended adds where a token does not have them; none for nobody. */
export function claimsOf(auth) {
  return auth === undefined ? {} : { type: "access", fresh: false, jti: null, ...auth.claims };
}

/** The type of a token: one that does not say is an access token. */
export function typeOf(auth) {
  return claimsOf(auth).type;
}
