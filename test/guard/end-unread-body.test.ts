import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { endUnreadBody } from "../../dist/guard/end-unread-body.js";

const server = createServer((request, response) => {
  // Whoever begins to read a body is not helped by node:http to its end.
  if (request.url === "/begin") request.read();
  endUnreadBody(request, response);
  response.end("x");
});

afterEach(() => void server.close());

const NEXT = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const withBody = (line: string, body: string) => `${line} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n${body}`;

/** Sends letters, and when they are answered what is missing of a body, and another request. Gives how many answers came before the connection was closed. */
async function countAnswers(letters: string, missing: string): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("latin1");
  let answers = 0;
  socket.on("data", () => {
    answers += 1;
    if (answers === 1) socket.write(missing + NEXT);
    else socket.destroy();
  });
  // What is written to a connection that the server has closed resets it.
  socket.on("error", () => {});
  socket.write(letters);
  await new Promise((resolve) => socket.once("close", resolve));
  return answers;
}

describe("a connection", () => {
  it.each(["GET", "HEAD"])("is closed after the answer to a %s whose body goes on", async (method) => {
    expect(await countAnswers(withBody(`${method} /`, "bo"), "dy")).toBe(1);
  });

  it.each([
    ["a GET without a body", NEXT, ""],
    ["a GET whose body has come", withBody("GET /", "body"), ""],
    ["a GET whose body has come, and was not read to its end", withBody("GET /begin", "body"), ""],
    ["a POST whose body goes on", withBody("POST /", "bo"), "dy"],
  ])("takes the next request after %s", async (_what, letters, missing) => {
    expect(await countAnswers(letters, missing)).toBe(2);
  });
});
