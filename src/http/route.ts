import type { z } from "zod";
import type { AuthorizedCall, Call } from "./call.js";
import { readBody, requireBody } from "./read-body.js";

/** What an act answers: the status is the route's where it gives none. */
export interface Reply {
  readonly status?: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RouteLine {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** The status of the answer where all goes well. */
  readonly success: number;
}

/** A route: who may call it and what it reads are part of what runs, so that neither can be forgotten by its path. */
export interface Route extends RouteLine {
  run(call: Call): Promise<Reply>;
}

/** A route without a body that anybody may call. */
export function open(line: RouteLine & { readonly act: (call: Call) => Promise<Reply> }): Route {
  return { ...line, run: line.act };
}

/** A route with a JSON body that anybody may call. */
export function openWithBody<B>(
  line: RouteLine & { readonly body: z.ZodType<B>; readonly act: (call: Call, body: B) => Promise<Reply> },
): Route {
  const run = async (call: Call) => line.act(call, await requireBody(call.request, line.body));
  return { ...line, run };
}

/** A route that anybody may call, with a JSON body or without one. */
export function openWithOptionalBody<B>(
  line: RouteLine & { readonly body: z.ZodType<B>; readonly act: (call: Call, body: B | undefined) => Promise<Reply> },
): Route {
  const run = async (call: Call) => line.act(call, await readBody(call.request, line.body));
  return { ...line, run };
}

/** A route without a body for who has an access token. */
export function guarded(line: RouteLine & { readonly act: (call: AuthorizedCall) => Promise<Reply> }): Route {
  const run = async (call: Call) => {
    const { request, parts } = call;
    const header = (name: string) => request.headers.get(name) ?? undefined;
    return line.act({ ...call, auth: await parts.guard.authenticate({ method: request.method, header }) });
  };
  return { ...line, run };
}
