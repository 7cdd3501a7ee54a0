import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { Refusal } from "./refusal.js";

/** Answers a refusal through `node:http`, unless somebody has answered already, such as a time limit of the host. */
export function sendRefusal(response: ServerResponse, { status, headers, body }: Refusal): void {
  if (response.headersSent) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) });
  response.end(text);
}
