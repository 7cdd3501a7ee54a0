import { isFormType, isJsonType } from "../guard/body-types.js";
import type { GuardInput } from "../guard/guard-input.js";
import { cookieIn } from "./cookie-in.js";
import { readCopy } from "./read-copy.js";

/** A Web request as a guard asks for it. Of a body a copy is read, so that it stays the application's. */
export function fetchInput(request: Request): GuardInput {
  return {
    method: request.method,
    header: (name) => fetchHeader(request, name),
    cookie: (name) => cookieIn(request.headers.get("cookie"), name),
    query: (name) => fetchQuery(request, name),
    json: () => fetchJson(request),
    form: (name) => fetchField(request, name),
  };
}

/** The value of a header. Where a platform leaves out `Host`, the URL has it. */
export function fetchHeader(request: Request, name: string): string | undefined {
  return request.headers.get(name) ?? (name === "host" ? new URL(request.url).host : undefined);
}

/** The first value of a query parameter. */
export function fetchQuery({ url }: Request, name: string): string | undefined {
  return new URL(url).searchParams.get(name) ?? undefined;
}

/** The JSON of a body; `undefined` where it is of another type, is no JSON, is too long, or was read before. */
export async function fetchJson(request: Request): Promise<unknown> {
  if (!isJsonType(request.headers.get("content-type"))) return undefined;
  try {
    const bytes = await readCopy(request);
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The first value of a field of a form; `undefined` where there is none, and as {@link fetchJson}. */
export async function fetchField(request: Request, name: string): Promise<string | undefined> {
  const type = request.headers.get("content-type");
  if (type === null || !isFormType(type)) return undefined;
  try {
    const bytes = await readCopy(request);
    return bytes && textOf((await new Response(bytes, { headers: { "content-type": type } }).formData()).get(name));
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
