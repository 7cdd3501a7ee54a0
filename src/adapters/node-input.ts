import type { IncomingMessage } from "node:http";
import { isFormType, isJsonType } from "../guard/body-types.js";
import type { GuardInput } from "../guard/guard-input.js";
import { cookieIn } from "./cookie-in.js";
import { headerOf } from "./node-request.js";

/** What holds the body that a parser has read: the request itself, or the one that a framework has made of it. */
export interface BodyHolder {
  readonly body?: unknown;
}

/** A request of `node:http` as a guard asks for it. Of the body it sees what a parser before it has left. */
export function nodeInput(request: IncomingMessage, holder: BodyHolder = request as BodyHolder): GuardInput {
  return {
    method: request.method ?? "GET",
    header: (name) => headerOf(request, name),
    cookie: (name) => cookieIn(request.headers.cookie, name),
    query: (name) => queryOf(request.url).get(name) ?? undefined,
    json: () => (isJsonType(request.headers["content-type"]) ? holder.body : undefined),
    form: (name) => (isFormType(request.headers["content-type"]) ? fieldOf(holder.body, name) : undefined),
  };
}

function queryOf(url = ""): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : url.slice(start));
}

function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const values: unknown = (body as Record<string, unknown>)[name];
  const value: unknown = Array.isArray(values) ? values[0] : values;
  return typeof value === "string" ? value : undefined;
}
