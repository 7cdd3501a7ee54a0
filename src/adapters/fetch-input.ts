import { parse } from "hono/utils/cookie";
import type { GuardInput } from "../guard/guard-input.js";

/** A Web request as a guard asks for it. Of a body a copy is read, so that it stays the application's. */
export function fetchInput(request: Request): GuardInput {
  return {
    method: request.method,
    header: (name) => request.headers.get(name) ?? undefined,
    cookie: (name) => cookieIn(request.headers.get("cookie"), name),
    query: (name) => new URL(request.url).searchParams.get(name) ?? undefined,
    json: () => jsonOf(request),
    form: (name) => formField(request, name),
  };
}

/** The value of a cookie in the header of that name. */
export function cookieIn(header: string | null | undefined, name: string): string | undefined {
  return header ? parse(header, name)[name] : undefined;
}

/** Whether a media type is JSON: `application/json`, or a type with that suffix (RFC 6839 section 3.1). */
export function isJsonType(contentType: string | null | undefined): boolean {
  return /^\s*application\/(?:[\w!#$&^.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? "");
}

async function jsonOf(request: Request): Promise<unknown> {
  if (!isJsonType(request.headers.get("content-type")) || request.bodyUsed) return undefined;
  try {
    return await request.clone().json();
  } catch {
    return undefined;
  }
}

async function formField(request: Request, name: string): Promise<string | undefined> {
  if (request.bodyUsed) return undefined;
  try {
    const value = (await request.clone().formData()).get(name);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
