// What Flask-JWT-Extended calls the four places.
const PLACES = { header: "headers", cookie: "cookies", query: "query_string", json: "json" };

/** Where the token lay; `null` for nobody. */
export function whereOf(auth) {
  return auth === undefined ? null : PLACES[auth.location];
}

/** The claims of a token, with the `jti` that Flask-JWT-Extended adds where there is none; no claims for nobody. */
export function claimsOf(auth) {
  return auth === undefined ? {} : { jti: null, ...auth.claims };
}
