import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";

/** What frameworks add to a request: its URL before a mount path was cut off, and its body where a parser has read it. */
interface HostRequest extends IncomingMessage {
  readonly originalUrl?: unknown;
  readonly body?: unknown;
  /** The bytes of a body that was read before; the request listener takes them instead of the stream. */
  rawBody?: unknown;
}

/**
 * Makes a request again what the client sent: the whole URL, and the body that a parser of the host has read. Throws a `TypeError` where
 * the body was read and is nowhere.
 */
export function restoreRequest(request: HostRequest): void {
  if (typeof request.originalUrl === "string") request.url = request.originalUrl;
  if (!request.readableDidRead || Buffer.isBuffer(request.rawBody)) return;
  const bytes = bytesOf(request.body);
  if (bytes === undefined) {
    throw new TypeError("The body was read before Latchkey got the request, and request.body does not hold it.");
  }
  request.rawBody = bytes;
}

/** The value of a header; Node keeps only the first `Authorization`, and two are joined here as others are. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = request;
  let sent: string | undefined;
  let isAlone = true;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] as string;
    // The length differs for nearly all.
    if (raw.length !== name.length || raw.toLowerCase() !== name) continue;
    isAlone = sent === undefined;
    sent = isAlone ? rawHeaders[index + 1] : `${sent}, ${rawHeaders[index + 1]}`;
  }
  return isAlone ? settledHeader(request, name) : sent;
}

/** A middleware before may have set the header itself; HTTP/2 has `:authority` for `Host`. */
function settledHeader({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
  return Array.isArray(value) ? value.join(", ") : value;
}

/** A text is what was sent; anything else is parsed JSON. */
function bytesOf(body: unknown): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return text === undefined ? undefined : Buffer.from(text);
}
