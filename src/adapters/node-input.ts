import type { IncomingMessage } from "node:http";
import type { GuardInput } from "../guard/guard-input.js";
import { cookieIn } from "./fetch-input.js";
import { headerOf } from "./node-request.js";

/** A request of `node:http` as a guard asks for it. Of the body it sees what a parser before it left at `request.body`. */
export function nodeInput(request: IncomingMessage & { readonly body?: unknown }): GuardInput {
  return {
    method: request.method ?? "GET",
    header: (name) => headerOf(request, name),
    cookie: (name) => cookieIn(request.headers.cookie, name),
    query: (name) => queryOf(request.url).get(name) ?? undefined,
    json: () => request.body,
    form: (name) => fieldOf(request.body, name),
  };
}

function queryOf(url = ""): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : url.slice(start));
}

function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, name)) return undefined;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === "string" ? value : undefined;
}
