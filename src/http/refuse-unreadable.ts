import { randomUUID } from "node:crypto";
import { AuthError, type ErrorCode } from "../errors/auth-error.js";
import { type Refusal, refusalOf } from "../guard/refusal.js";
import { createAnswerHeaders } from "./answer-headers.js";

/**
 * Makes the refusal of what no handler can be asked, such as a `Host` that is none: it carries what every answer of the server at a URL does, and
 * ends the connection, because what follows on it may be anybody's.
 */
export function createRefuseUnreadable(url: string): (code: ErrorCode, message?: string) => Refusal {
  const headersOf = createAnswerHeaders(url, []);
  return (code, message) => {
    const refusal = refusalOf(new AuthError(code, message === undefined ? {} : { message }));
    return { ...refusal, headers: { ...headersOf(null, randomUUID()), ...refusal.headers, connection: "close" } };
  };
}
