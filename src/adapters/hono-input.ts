import type { HonoRequest } from "hono";
import { isFormType, isJsonType } from "../guard/body-types.js";
import type { GuardInput } from "../guard/guard-input.js";
import { cookieIn } from "./cookie-in.js";
import { fetchField, fetchHeader, fetchJson, fetchQuery } from "./fetch-input.js";

/** A request of Hono as a guard asks for it. Of a body a copy is read, or what a handler before has read through Hono. */
export function honoInput(request: HonoRequest): GuardInput {
  const { raw } = request;
  return {
    method: raw.method,
    header: (name) => fetchHeader(raw, name),
    cookie: (name) => cookieIn(raw.headers.get("cookie"), name),
    query: (name) => fetchQuery(raw, name),
    json: () => (raw.bodyUsed ? readJson(request) : fetchJson(raw)),
    form: (name) => (raw.bodyUsed ? readField(request, name) : fetchField(raw, name)),
  };
}

async function readJson(request: HonoRequest): Promise<unknown> {
  if (!isJsonType(request.header("content-type"))) return undefined;
  return request.json().catch(() => undefined);
}

async function readField(request: HonoRequest, name: string): Promise<string | undefined> {
  if (!isFormType(request.header("content-type"))) return undefined;
  const value = await request.formData().then(
    (form) => form.get(name),
    () => undefined,
  );
  return typeof value === "string" ? value : undefined;
}
