import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Answer } from "../http/open-auth.js";

/** A request as it goes over the wire: a header may stand twice, and `Host` may be anything. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Sends the body without saying before how long it is. */
  readonly chunked?: boolean;
}

/** Sends a request to a port of the loopback on a connection of its own. */
export async function askServer(port: number, path: string, { method = "GET", ...sent }: Sent = {}): Promise<Answer> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(sent.headers ?? {}))
    headers[name] = typeof value === "string" ? value : [...value];
  if (sent.body !== undefined && sent.chunked !== true) headers["content-length"] = `${Buffer.byteLength(sent.body)}`;
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, resolve);
    // A server that refuses a body need not have read it: once there is an answer, that counts.
    outgoing.on("error", reject);
    outgoing.end(sent.body);
  });
  return read(incoming);
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? "");
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  return answerOf(incoming.statusCode ?? 0, headers, text);
}

/** An answer with the JSON of its text, where it is JSON. */
export function answerOf(status: number, headers: Headers, text: string): Answer {
  const isJson = /^application\/(?:problem\+)?json\b/.test(headers.get("content-type") ?? "") && text !== "";
  return { status, headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
