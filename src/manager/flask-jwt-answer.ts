import { STATUS_CODES } from "node:http";
import type { AuthError } from "../errors/auth-error.js";
import { STATUS } from "../guard/refusal.js";
import { isTokenError, type TokenError } from "../tokens/index.js";
import type { Answer } from "./answer.js";
import { itemsOfScheme, type Looked } from "./missing-token.js";
import { pyjwtSentence } from "./pyjwt-sentences.js";

type Pair = readonly [error: string, description: string];

/** The body with which Flask-JWT 0.3 answers a refusal: always a 401, but for what it does not know. */
export function flaskJwtAnswer(error: AuthError, looked: Looked | undefined): Answer {
  const [title, description] = isTokenError(error) ? ofToken(error, looked) : ofRequest(error, looked);
  const status = statusOf(error);
  return { status, sentence: description, body: { description, error: title, status_code: status } };
}

function statusOf({ code }: AuthError): number {
  if (code === "csrf") return 401;
  return Object.hasOwn(STATUS, code) ? STATUS[code] : STATUS.internal;
}

function ofRequest(error: AuthError, looked: Looked | undefined): Pair {
  if (error.code === "csrf") return ["Invalid token", error.message];
  if (error.code !== "token_required") return [STATUS_CODES[statusOf(error)] ?? "Error", error.message];
  if (looked !== undefined && itemsOfScheme(looked).length > 1) return [BAD_HEADER, "Token contains spaces"];
  const name = looked?.rules.places.header.name.toLowerCase();
  const isOther = name !== undefined && looked?.rules.places.locations.includes("header") && looked.input.header(name);
  return isOther
    ? [BAD_HEADER, "Unsupported authorization type"]
    : [NO_TOKEN, "Request does not contain an access token"];
}

const NO_TOKEN = "Authorization Required";
const BAD_HEADER = "Invalid JWT header";

function ofToken(error: TokenError, looked: Looked | undefined): Pair {
  if (error.reason === "user_unknown") return ["Invalid JWT", "User does not exist"];
  if (error.reason !== "malformed_header") return ["Invalid token", sentenceOf(error)];
  const items = looked === undefined ? [] : itemsOfScheme(looked);
  const words = items[0]?.trim().split(/\s+/).length ?? 0;
  return [BAD_HEADER, words === 1 ? "Token missing" : "Token contains spaces"];
}

/** PyJWT 1, which Flask-JWT needs, has a few sentences of its own. */
function sentenceOf(error: TokenError): string {
  return error.reason === "issued_in_future" ? "Issued At claim (iat) cannot be in the future." : pyjwtSentence(error);
}
