import type { PlaceNames } from "./places.js";

/** How a request with a token from a cookie shows that no other site made it. */
export interface CsrfRules {
  /** The methods that must show it, in upper case. */
  readonly methods: readonly string[];
  /** The headers that repeat the `csrf` claim of the token, in lower case. */
  readonly header: PlaceNames;
  /** The form fields that may do so where the header is missing; `undefined` for none. */
  readonly field: PlaceNames | undefined;
  /** Origins besides the request's own host that may send such requests, such as `https://app.example.com`. */
  readonly origins: readonly string[];
}

/** The double submit of Flask-JWT-Extended, as long as nothing else is said. */
export const USUAL_CSRF: CsrfRules = {
  methods: ["POST", "PUT", "PATCH", "DELETE"],
  header: { access: "x-csrf-token", refresh: "x-csrf-token" },
  field: undefined,
  origins: [],
};
