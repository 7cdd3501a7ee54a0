import { once } from "node:events";
import { readdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { end, endAll, PASSWORD, type Server, send, signUp, startServer } from "../cli/run-server.js";
import { limit, whyNoDisk } from "./faults/small-disk.js";

const cannot = process.platform === "linux" ? whyNoDisk() : "Only Linux has prlimit.";

afterEach(endAll);

/** Asks on a connection that the agent has open. */
async function ask(agent: Agent, server: Server, path: string, body?: object, token?: string): Promise<number> {
  const headers = {
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const asked = request(server.at + path, { agent, method: body === undefined ? "GET" : "POST", headers });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = await once(asked, "response");
  answer.resume();
  await once(answer, "end");
  return answer.statusCode;
}

describe.runIf(cannot === undefined)("S72: without file descriptors", () => {
  it("who is connected is served, a log-in or two at a time, and new connections come when there are some again", async () => {
    const server = await startServer();
    const { pid = 0 } = server.child;
    const { token } = await signUp(server, "ada");
    const agent = new Agent({ keepAlive: true, maxSockets: 6 });
    const six = <T>(act: () => Promise<T>) => Promise.all(Array.from({ length: 6 }, act));
    await six(() => ask(agent, server, "/me", undefined, token));
    const files = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
    // The lowest number that is free is the next one to be given out.
    let most = 0;
    while (files.has(most)) most += 1;
    limit(pid, "nofile", most);
    const strangers: Socket[] = Array.from({ length: 50 }, () =>
      connect(server.port, "127.0.0.1").on("error", () => {}),
    );
    await expect(ask(new Agent(), server, "/me", undefined, token)).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await six(() => ask(agent, server, "/me", undefined, token))).toEqual(Array(6).fill(200));
    const logIns = await six(() => ask(agent, server, "/token", { username: "ada", password: PASSWORD }));
    // One thread hashes; another one cannot be started.
    expect(logIns).toContain(200);
    for (const status of logIns) expect([200, 503]).toContain(status);
    for (const stranger of strangers) stranger.destroy();
    limit(pid, "nofile", 1024);
    expect((await send("POST", `${server.at}/token`, { body: { username: "ada", password: PASSWORD } })).status).toBe(
      200,
    );
    agent.destroy();
    expect(await end(server)).toMatchObject({ code: 0 });
  });
});
