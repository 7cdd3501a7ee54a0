import type { z } from "zod";
import type { ErrorCode } from "../errors/auth-error.js";
import type { AuthorizedCall, Call } from "./call.js";
import { isKnown, type Published } from "./published.js";
import { readBody, requireBody } from "./read-body.js";

/** What an act answers: the status is the route's where it gives none, `json` a body that is a text already, and `bytes` one of the type that the headers name. */
export interface Reply<A = unknown> {
  readonly status?: number;
  readonly body?: A;
  readonly json?: string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a request may prove itself with. */
export type Credential = "bearer" | "cookie";

/** One line of the table; the OpenAPI document is printed from it. */
export interface Line<A> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** A name in braces stands for one segment, a UUID. */
  readonly path: string;
  readonly summary: string;
  /** The status of the answer where all goes well. */
  readonly success: number;
  readonly answer?: z.ZodType<A>;
  /** What it means where the answer is 204 instead. */
  readonly nothing?: string;
  /** Whether that answer may set the cookie. */
  readonly setsCookie?: boolean;
  /** What else the route may refuse with: those that all routes of its kind share are not repeated. */
  readonly refusals?: readonly ErrorCode[];
  /** What a request may come with, and need not. */
  readonly credentials?: readonly Credential[];
}

/** A route: who may call it and what it reads are part of what runs, so that neither can be forgotten by its path. */
export interface Route extends Omit<Line<unknown>, "answer"> {
  readonly answer?: z.ZodType;
  readonly refusals: readonly ErrorCode[];
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean };
  readonly isGuarded?: boolean;
  readonly isPublished?: boolean;
  run(call: Call): Promise<Reply>;
}

type Act<C extends Call, A> = { readonly act: (call: C) => Promise<Reply<NoInfer<A>>> };
type Reads<B> = { readonly body: z.ZodType<B> };
type ActWith<C extends Call, B, A> = { readonly act: (call: C, body: B) => Promise<Reply<NoInfer<A>>> };

const EVERY: readonly ErrorCode[] = ["internal"];
const WITH_BODY: readonly ErrorCode[] = ["invalid_request", "too_large", "unsupported_media_type", "unavailable"];
const GUARDED: readonly ErrorCode[] = ["token_required", "invalid_token", "unavailable"];

/** A route without a body that anybody may call. */
export function open<A = never>({ act, ...line }: Line<A> & Act<Call, A>): Route {
  return { ...line, refusals: refusalsOf(line), run: act };
}

/** A route whose answer anybody may keep for a while, and ask again whether it has changed. */
export function published<A>({ act, ...line }: Line<A> & { readonly act: (call: Call) => Published<A> }): Route {
  const run = async (call: Call): Promise<Reply> => {
    const { json, headers } = act(call);
    return isKnown(call.request, headers.etag) ? { status: 304, headers } : { json, headers };
  };
  return { ...line, isPublished: true, refusals: refusalsOf(line), run };
}

/** A route with a JSON body that anybody may call. */
export function openWithBody<B, A = never>({ act, body, ...line }: Line<A> & Reads<B> & ActWith<Call, B, A>): Route {
  const run = async (call: Call) => act(call, await requireBody(call.request, body));
  return { ...line, body: { schema: body, required: true }, refusals: refusalsOf(line, WITH_BODY), run };
}

/** A route that anybody may call, with a JSON body or without one. */
export function openWithOptionalBody<B, A = never>({
  act,
  body,
  ...line
}: Line<A> & Reads<B> & ActWith<Call, B | undefined, A>): Route {
  const run = async (call: Call) => act(call, await readBody(call.request, body));
  return { ...line, body: { schema: body, required: false }, refusals: refusalsOf(line, WITH_BODY), run };
}

/** A route without a body for who has an access token. */
export function guarded<A = never>({ act, ...line }: Line<A> & Act<AuthorizedCall, A>): Route {
  const run = async (call: Call) => act(await authorized(call));
  return { ...line, isGuarded: true, refusals: refusalsOf(line, GUARDED), run };
}

/** A route with a JSON body for who has an access token, which is checked first. */
export function guardedWithBody<B, A = never>({
  act,
  body,
  ...line
}: Line<A> & Reads<B> & ActWith<AuthorizedCall, B, A>): Route {
  const run = async (call: Call) => act(await authorized(call), await requireBody(call.request, body));
  const refusals = refusalsOf(line, [...GUARDED, ...WITH_BODY]);
  return { ...line, body: { schema: body, required: true }, isGuarded: true, refusals, run };
}

async function authorized(call: Call): Promise<AuthorizedCall> {
  const { request, parts } = call;
  const header = (name: string) => request.headers.get(name) ?? undefined;
  return { ...call, auth: await parts.guard.authenticate({ method: request.method, header }) };
}

function refusalsOf(
  { refusals = [] }: Pick<Line<unknown>, "refusals">,
  ofItsKind: readonly ErrorCode[] = [],
): readonly ErrorCode[] {
  return [...new Set([...refusals, ...ofItsKind, ...EVERY])];
}
