import type { z } from "zod";
import { AuthError, type FieldError, isAuthError } from "../errors/auth-error.js";

const MOST_BYTES = 65_536;
// A body in pieces of one letter costs a hundred times what its letters do.
const MOST_PIECES = 1024;
// So little may come in pieces of any size.
const SHORT_BYTES = 4096;
const JSON_TYPE = /^application\/json *(?:;|$)/i;

/**
 * The body of a request by its schema; `undefined` where there is none. Throws `unsupported_media_type`, `too_large`, or `invalid_request`
 * with the fields.
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T | undefined> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  // Exactly this type: a form or a text can be sent across origins without asking first.
  if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) throw new AuthError("unsupported_media_type");
  const result = schema.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw new AuthError("invalid_request", { fields: result.error.issues.flatMap(fieldsOf) });
}

/** {@link readBody}, where a body must be there. */
export async function requireBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const body = await readBody(request, schema);
  if (body === undefined) throw new AuthError("invalid_request", { message: "A JSON body is required." });
  return body;
}

/** What is short and says so is read in one go, for which a server with a port needs no stream; everything else is counted as it arrives. */
async function readBytes(request: Request): Promise<Uint8Array> {
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length > MOST_BYTES) throw new AuthError("too_large");
  const reading = length <= SHORT_BYTES ? request.arrayBuffer() : collect(request.body);
  const bytes = new Uint8Array(await reading.catch(refuseUnread));
  if (bytes.length > MOST_BYTES) throw new AuthError("too_large");
  return bytes;
}

/** Stops where it is too much. */
async function collect(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES || chunks.length > MOST_PIECES) throw new AuthError("too_large");
  }
  return Buffer.concat(chunks);
}

/** Who hung up in the middle gets no answer, and it is no failure of ours. */
function refuseUnread(cause: unknown): never {
  if (isAuthError(cause)) throw cause;
  throw new AuthError("invalid_request", { message: "The body did not arrive.", cause });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new AuthError("invalid_request", { message: "The body is not JSON." });
  }
}

const MOST_NAMED = 10;

function fieldsOf(issue: z.core.$ZodIssue): readonly FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .slice(0, MOST_NAMED)
      .map((key) => ({ field: key.slice(0, 64).toWellFormed(), message: "This member is not known here." }));
  }
  return [{ field: issue.path.join(".") || "body", message: issue.message }];
}
