import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { AuthError } from "../../dist/errors/auth-error.js";
import { refusalOf } from "../../dist/guard/refusal.js";
import { sendRefusal } from "../../dist/guard/send-refusal.js";

it("a refusal that comes after an answer of the host changes nothing, and throws nothing", async () => {
  const thrown: unknown[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(408).end("too late");
    try {
      sendRefusal(response, refusalOf(new AuthError("token_required")));
    } catch (error) {
      thrown.push(error);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect([answer.status, await answer.text(), thrown]).toEqual([408, "too late", []]);
  server.close();
});
