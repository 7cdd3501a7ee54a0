import {
  answers,
  type Difference,
  type Differences,
  inOtherWords,
  inWordsOf47,
  pageOfTheFramework,
  refused,
  refusedSince47,
} from "./difference.js";

const ENDLESS = "a token always ends, and before long";
const OPEN_TYPE = "a type is matched exactly: there, whatever is not a refresh token is an access token";
const CRASH = "there it is a crash";
const SHAPE = "a claim that is registered, or theirs, has the shape that it must have";
const STRICT = "a token is written in one way only: no padding, no member twice";
const ANY_CASE = "the scheme may be written in any case (RFC 9110 section 11.1)";
const SIGNATURE_FIRST = "nothing of the payload is looked at before the signature holds";
const NO_TOKEN_AT_ALL = "a header with letters that no token has is a bad header";

const BAD_HEADER = "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'";
const MISSING_BEARER = "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'";
const MISSING_KEY =
  'Missing JWT in headers, cookies, query_string or json (Missing Authorization Header; Missing cookie "access_token_cookie"; ' +
  "Missing 'jwt' query paramater; Missing \"access_token\" key in json data.)";
const WRONG_VALUE = "A claim has a wrong value.";
const NOBODY = { who: null, jwt: {}, header: {}, where: null, user: null };

const noObject = answers(CRASH, 401, { msg: MISSING_KEY });
const otherMethod = pageOfTheFramework("This route does not have that method.");
const noRoute = pageOfTheFramework("There is no such route.");

/** Requests that ours answers otherwise. */
export const REQUEST_DIFFERENCES: Differences = {
  "small letters": answers(ANY_CASE, 200, { where: "headers" }),
  capitals: answers(ANY_CASE, 200, { where: "headers" }),
  "one in small letters, one in big ones": answers(ANY_CASE, 401, { msg: MISSING_BEARER }),
  "commas and spaces": answers(CRASH, 401, { msg: "Missing Authorization Header" }),
  "commas in the middle": { ...answers("a crash up to 4.7.1", 422, { msg: BAD_HEADER }), since47: true },
  quotes: inOtherWords(BAD_HEADER, NO_TOKEN_AT_ALL),
  "letters beyond ASCII": inOtherWords(BAD_HEADER, NO_TOKEN_AT_ALL),
  "a long one": inOtherWords("The token is too large."),
  "POST with CSRF beyond ASCII": answers(CRASH, 401, { msg: "CSRF double submit tokens do not match" }),
  "POST with CSRF and a csrf claim of null": answers(CRASH, 422, { msg: WRONG_VALUE }),
  "POST with CSRF, from another site": answers("a browser that tells of another site is believed", 401, {
    msg: "The request comes from a page that may not make it.",
  }),
  "JSON list": noObject,
  "JSON text": noObject,
  "JSON number": noObject,
  "JSON true": noObject,
  "JSON with a token that is an empty list": answers("what is there and no text is no token", 422, {
    msg: "Invalid token type. Token must be a <class 'bytes'>",
  }),
  "JSON with a token beyond ASCII": inWordsOf47("Invalid header padding"),
  "JSON, optional, a list": answers(CRASH, 200, NOBODY),
  PUT: otherMethod,
  "GET where POST is wanted": otherMethod,
  "GET of the log-in": otherMethod,
  "a route that there is not": noRoute,
  "a slash too many": noRoute,
};

/** Where the original asks for an access token, and takes one of any type but `refresh`. */
const openType: Difference = {
  why: OPEN_TYPE,
  ours: (original, route) => {
    const isAsked = !/^OPTIONS |\/(?:any|skip|logout|refresh|cookie\/refresh)$/.test(route);
    return isAsked ? refused(OPEN_TYPE, 422, "Only non-refresh tokens are allowed").ours(original, route) : original;
  },
};

/** Tokens that ours answers otherwise. */
export const KIND_DIFFERENCES: Differences = {
  "sub a number": refusedSince47(422, "Subject must be a string"),
  "sub null": refusedSince47(422, "Subject must be a string"),
  "sub a list": refusedSince47(422, "Subject must be a string"),
  "sub false": refusedSince47(422, "Subject must be a string"),
  "sub empty": refused("nobody's name is empty", 422, "Subject must be a string"),
  "jti a number": refusedSince47(422, "JWT ID must be a string"),
  "jti null": refusedSince47(422, "JWT ID must be a string"),
  "type app": openType,
  "type empty": openType,
  "type Refresh": openType,
  "type null": refused(OPEN_TYPE, 422, WRONG_VALUE),
  "type a number": refused(OPEN_TYPE, 422, WRONG_VALUE),
  "fresh a text": refused(`${SHAPE}; there, a route that wants a fresh token crashes`, 422, WRONG_VALUE),
  "fresh null": refused(`${SHAPE}; there, a route that wants a fresh token crashes`, 422, WRONG_VALUE),
  "exp missing": refused(ENDLESS, 422, 'Token is missing the "exp" claim'),
  "exp far away": refused(ENDLESS, 422, "The token lives for too long."),
  "exp a number as text": refused(SHAPE, 422, "Expiration Time claim (exp) must be an integer."),
  "exp true": refused(SHAPE, 422, "Expiration Time claim (exp) must be an integer."),
  "exp null": refusedSince47(422, "Expiration Time claim (exp) must be an integer."),
  "exp a list": refusedSince47(422, "Expiration Time claim (exp) must be an integer."),
  "nbf null": refusedSince47(422, "Not Before claim (nbf) must be an integer."),
  "iat null": refusedSince47(422, "Issued At claim (iat) must be an integer."),
  "csrf a number": refused(SHAPE, 422, WRONG_VALUE),
  "aud a number": refused(SHAPE, 422, "Invalid claim format in token"),
  "aud empty": refused(SHAPE, 422, "Invalid claim format in token"),
  "iss a number": refused(SHAPE, 422, "Payload Issuer (iss) must be a string"),
  "typ at+jwt": refused("it says itself that it is a token of another kind", 422, "The token is of another type."),
  "a member twice": refused(STRICT, 422, "Invalid payload string: A member stands twice in one object."),
  "with padding": refused(STRICT, 422, "Invalid crypto padding"),
  "alg missing": inWordsOf47("Algorithm not specified"),
  "tampered, not JSON": inOtherWords("Signature verification failed", SIGNATURE_FIRST),
  "two dots alone": inOtherWords("Invalid header string: A segment is not JSON."),
  "three dots": inOtherWords("Not enough segments"),
  "five parts": inOtherWords("Not enough segments"),
  "header not base64": inOtherWords(BAD_HEADER, NO_TOKEN_AT_ALL),
  "header not JSON": inOtherWords("Invalid header string: A segment is not JSON."),
  "payload not JSON": inOtherWords("Invalid payload string: A segment is not JSON."),
  "payload not UTF-8": inOtherWords("Invalid payload string: A segment is not UTF-8."),
  "signature not base64": inOtherWords(BAD_HEADER, NO_TOKEN_AT_ALL),
};

/** The same, where OVERRIDES=1. */
export const OVERRIDDEN_DIFFERENCES: Differences = {
  "the scheme jwt": answers(ANY_CASE, 200, { where: "headers" }),
  "the query with its prefix alone": inOtherWords(
    "Invalid value for query parameter 't'. Expected the value to start with 'Bearer '",
  ),
  "aud of somebody": inWordsOf47("Audience doesn't match"),
  "the other audience": inWordsOf47("Audience doesn't match"),
  "aud empty": inOtherWords("Invalid claim format in token"),
  "aud null": inOtherWords("Invalid claim format in token"),
  "aud an empty text": inOtherWords("Invalid claim format in token"),
  "iss null": inWordsOf47("Payload Issuer (iss) must be a string"),
  "iss a number": inWordsOf47("Payload Issuer (iss) must be a string"),
  "iss a list": inWordsOf47("Payload Issuer (iss) must be a string"),
};
