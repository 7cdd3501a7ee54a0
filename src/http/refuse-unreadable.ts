import { randomUUID } from "node:crypto";
import { AuthError, type ErrorCode } from "../errors/auth-error.js";
import { refusalOf } from "../guard/refusal.js";
import { createAnswerHeaders } from "./answer-headers.js";

/** Makes the refusal of what no handler can be asked, such as a `Host` that is none: it carries what every answer of the server at a URL does. */
export function createRefuseUnreadable(url: string): (code: ErrorCode) => Response {
  const headersOf = createAnswerHeaders(url, []);
  return (code) => {
    const { status, headers, problem } = refusalOf(new AuthError(code));
    return new Response(JSON.stringify(problem), { status, headers: { ...headersOf(null, randomUUID()), ...headers } });
  };
}
