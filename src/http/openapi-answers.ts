import type { z } from "zod";
import { AuthError, type AuthErrorOptions, type ErrorCode } from "../errors/auth-error.js";
import { refusalOf, STATUS } from "../guard/refusal.js";
import { problemAnswer } from "./answers.js";
import { documentationOf, schemaUri } from "./documented.js";
import type { Route } from "./route.js";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

const TEXT = { type: "string" };

type HeaderName = "X-Request-Id" | "Cache-Control" | "ETag" | "Set-Cookie" | "WWW-Authenticate" | "Retry-After";

/** The headers that a client has a use for. */
export const HEADERS: Readonly<Record<HeaderName, Json>> = {
  "X-Request-Id": {
    description: "The id of this request in the log.",
    required: true,
    schema: { type: "string", format: "uuid" },
  },
  "Cache-Control": { description: "Whether the answer may be kept (RFC 9111).", required: true, schema: TEXT },
  ETag: { description: "The tag of this version, for `If-None-Match`.", required: true, schema: TEXT },
  "Set-Cookie": { description: "The refresh token, for the transport `cookie`.", required: true, schema: TEXT },
  "WWW-Authenticate": { description: "What is wrong with the token (RFC 6750).", required: true, schema: TEXT },
  "Retry-After": { description: "Seconds to wait.", required: true, schema: { type: "integer", minimum: 1 } },
};

const ALWAYS: readonly HeaderName[] = ["X-Request-Id", "Cache-Control"];

function headersOf(always: readonly HeaderName[], sometimes: readonly HeaderName[] = []): Json {
  return {
    ...Object.fromEntries([...ALWAYS, ...always].map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...Object.fromEntries(sometimes.map((name) => [name, { ...HEADERS[name], required: false }])),
  };
}

/** The answers of a route where all goes well, by their status. */
export function successAnswers(route: Route, contentOf: (schema: z.ZodType) => Json): Json {
  const { success, answer, nothing, setsCookie, isPublished } = route;
  const headers = headersOf(isPublished ? ["ETag"] : [], setsCookie ? ["Set-Cookie"] : []);
  const unchanged = { description: "Nothing has changed.", headers };
  return {
    [success]: { description: route.summary, headers, ...(answer && { content: contentOf(answer) }) },
    ...(nothing !== undefined && { 204: { description: nothing, headers: headersOf([]) } }),
    ...(isPublished && { 304: unchanged }),
  };
}

/** Refusals that share a status, and the name of their answer. */
export interface Refusals {
  readonly status: number;
  readonly codes: readonly ErrorCode[];
  readonly name: string;
}

/** The refusals of a route, by their status. */
export function refusalsOf({ refusals }: Route): readonly Refusals[] {
  const statuses = [...new Set(refusals.map((code) => STATUS[code]))].toSorted((a, b) => a - b);
  return statuses.map((status) => {
    const codes = refusals.filter((code) => STATUS[code] === status).toSorted();
    return { status, codes, name: codes.join(".") };
  });
}

const DETAILS: Readonly<Partial<Record<ErrorCode, AuthErrorOptions>>> = {
  invalid_request: { fields: [{ field: "username", message: "A username has 3 to 64 characters." }] },
  rate_limited: { retryAfter: 30 },
};

/** The answer of refusals that share a status: which codes it can have, and an example of each, as the server itself would write it. */
export function refusalAnswer({ status, codes }: Refusals): Json {
  const answers = codes.map((code) => ({ code, ...refusalOf(new AuthError(code, DETAILS[code])) }));
  const carrying = (name: string) => answers.filter(({ headers }) => name.toLowerCase() in headers).length;
  const possible = (["WWW-Authenticate", "Retry-After"] as const).filter((name) => carrying(name) > 0);
  const always = possible.filter((name) => carrying(name) === answers.length);
  const sometimes = possible.filter((name) => carrying(name) < answers.length);
  const properties = { status: { const: status }, code: { enum: codes } };
  return {
    description: answers.map(({ code, body }) => `\`${code}\`: ${body.title}`).join(" "),
    headers: headersOf(always, sometimes),
    content: {
      "application/problem+json": {
        schema: { $ref: schemaUri(documentationOf(problemAnswer).id), type: "object", properties },
        examples: Object.fromEntries(answers.map(({ code, body }) => [code, { value: body }])),
      },
    },
  };
}
