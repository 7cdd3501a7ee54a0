import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import {
  endAll,
  type Granted,
  PASSWORD,
  type Server,
  send,
  signUp,
  startServer,
  until,
  within,
} from "../cli/run-server.js";
import { type Answered, checkAnswer } from "../http/check-answer.js";
import { isLong } from "./how-long.js";
import {
  canTell,
  eventCounts,
  forgetPeak,
  peakMib,
  startHashThreads,
  untilDescriptors,
  type Vitals,
  vitalsOf,
} from "./vitals.js";
import { openWire, requestBytes } from "./wire.js";

afterAll(endAll);

const BAD_TOKENS = fileURLToPath(new URL("../../bench/bad-tokens.mjs", import.meta.url));

/** A server that has worked a little, one of its users, and what it took then. */
interface Loaded {
  readonly server: Server;
  readonly ada: Granted;
  readonly before: Vitals;
}

/** What a load may leave behind and take meanwhile: MiB over what the warm server had, and lines in its log. */
interface Bounds {
  readonly peakMib: number;
  readonly keptMib: number;
  readonly lines: number;
}

// V8 lets its heap grow before it collects; a hash takes 19 MiB in each thread, which a warm server may have given back.
const HASHING_MIB = 20 * availableParallelism();
const USUAL: Bounds = { peakMib: 64 + HASHING_MIB, keptMib: 48 + HASHING_MIB, lines: 0 };
// Nothing here measures speed: a request that takes this long on any machine waits for something that it must not wait for.
const SLOWEST_MS = 10_000;

async function startLoaded(): Promise<Loaded> {
  const server = await startServer();
  const ada = await signUp(server, "ada");
  // Whoever logged in from here before is not kept out by the failures of others from here.
  expect((await logIn(server)).status).toBe(200);
  await startHashThreads(server);
  const wire = await openWire(server.port);
  for (let turn = 0; turn < 1000; turn++) await wire.ask(meBytes(ada.token));
  wire.close();
  await until(() => (server.stderr().split("\n").length > 3 * availableParallelism() + 2 ? true : undefined));
  return { server, ada, before: vitalsOf(server) };
}

/** Logs in on a connection of its own, however long that takes. */
async function logIn({ port }: Server, username = "ada"): Promise<Answered> {
  const body = JSON.stringify({ username, password: PASSWORD });
  const lines = ["POST /token HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"];
  const wire = await openWire(port);
  const answer = await wire.ask(requestBytes([...lines, `Content-Length: ${body.length}`], body), {
    patienceMs: 120_000,
  });
  wire.close();
  if (typeof answer === "string") throw new Error(`The log-in was not answered: ${answer}.`);
  checkAnswer({ method: "POST", path: "/token" }, answer);
  return answer;
}

function meBytes(token: string): Buffer {
  return requestBytes(["GET /me HTTP/1.1", "Host: 127.0.0.1", `Authorization: Bearer ${token}`]);
}

/** Asks `/me` with a good token again and again while a load lasts; each answer must be 200. */
async function whileAsking<T>({ server, ada }: Loaded, load: () => Promise<T>): Promise<T> {
  let lasting = true;
  const answers: unknown[] = [];
  const asking = (async () => {
    let wire = await openWire(server.port);
    for (let asked = 0; lasting || asked < 20; asked++) {
      const from = performance.now();
      let answer = await wire.ask(meBytes(ada.token));
      if (answer === "hung up" && asked > 0) {
        // A connection that was kept may be closed at the moment of the next request.
        wire = await openWire(server.port);
        answer = await wire.ask(meBytes(ada.token));
      }
      const isGood = typeof answer !== "string" && answer.status === 200;
      if (!isGood || performance.now() - from > SLOWEST_MS) answers.push([answer, performance.now() - from]);
      await sleep(20);
    }
    wire.close();
  })();
  try {
    return await load();
  } finally {
    lasting = false;
    await asking;
    expect(answers, "answers of /me that are not 200, or too late").toEqual([]);
  }
}

/** Lets a load bear on a server, and checks what it took, and that afterwards all is as before. */
async function bear<T>(loaded: Loaded, bounds: Bounds, load: () => Promise<T>): Promise<T> {
  const { server, before } = loaded;
  const lines = server.stderr().split("\n").length;
  forgetPeak(server);
  const result = await whileAsking(loaded, load);
  expect(peakMib(server) - before.residentMib, "the peak of the memory").toBeLessThan(bounds.peakMib);
  expect(server.stderr().split("\n").length - lines, "lines in the log").toBeLessThanOrEqual(bounds.lines);
  expect(server.child.exitCode).toBeNull();

  const { status, text } = await logIn(server);
  expect(status).toBe(200);
  const { refresh_token } = JSON.parse(text) as Granted;
  expect((await send("POST", `${server.at}/token/refresh`, { body: { refresh_token } })).status).toBe(200);
  expect((await send("GET", `${server.at}/health/ready`)).status).toBe(200);
  // The connections of the tests themselves are kept alive for a while.
  await untilDescriptors(server, before.descriptors + 2);
  expect(vitalsOf(server).residentMib - before.residentMib, "the memory that is kept").toBeLessThan(bounds.keptMib);
  const { "user.signed_up": _, "user.logged_in": __, ...others } = eventCounts(server);
  expect(Object.keys(others).filter((event) => event !== "user.log_in_failed" && event !== "attempts.blocked")).toEqual(
    [],
  );
  return result;
}

function countsOf(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Connections that say their beginning, then a drop of it now and then, until the server closes them; answers when each was closed, in ms. */
async function drip(
  { port }: Server,
  count: number,
  { beginning, drop, everyMs }: { beginning: string; drop: string; everyMs: number },
): Promise<{ readonly closed: Promise<readonly number[]>; answers(): readonly string[]; end(): void }> {
  const texts: string[] = [];
  const sockets = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      texts[index] = "";
      socket.setEncoding("latin1").on("data", (text: string) => {
        texts[index] += text;
      });
      socket.write(beginning, "latin1");
      return socket;
    }),
  );
  const from = performance.now();
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write(drop, "latin1");
  }, everyMs);
  const closed = Promise.all(
    sockets.map(async (socket: Socket) => {
      if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
      return performance.now() - from;
    }),
  ).finally(() => clearInterval(timer));
  const end = () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
  return { closed, answers: () => texts, end };
}

describe.runIf(canTell)("under weight, with /me answered all the while, a server", () => {
  // What waits most of its time waits together.
  it.concurrent("gives bodies that never end 30 s, whether they drip, are chunked, or are announced and do not come (S60)", async () => {
    const loaded = await startLoaded();
    const { server, ada } = loaded;
    const head = (line: string, ...more: readonly string[]) =>
      `${[`${line} HTTP/1.1`, "Host: 127.0.0.1", "Content-Type: application/json", ...more].join("\r\n")}\r\n\r\n`;
    const bearer = `Authorization: Bearer ${ada.token}`;
    await bear(loaded, { ...USUAL, lines: 5 }, async () => {
      const [length, chunked] = ["Content-Length: 60000", "Transfer-Encoding: chunked"] as const;
      const drips = await Promise.all([
        drip(server, 50, { beginning: `${head("POST /token", length)}{"username":"`, drop: "a", everyMs: 1000 }),
        drip(server, 50, { beginning: head("POST /token", chunked), drop: "1\r\n \r\n", everyMs: 1000 }),
        drip(server, 50, { beginning: head("PUT /me/password", bearer, length), drop: "", everyMs: 1000 }),
        drip(server, 50, { beginning: head("DELETE /token", chunked), drop: "1;x=y\r\n \r\n", everyMs: 1000 }),
        // Whom nobody reads: the answer is there, and the rest of the body is waited for no longer than a moment.
        drip(server, 50, { beginning: head("POST /me", length), drop: "a", everyMs: 1000 }),
        drip(server, 50, { beginning: head("GET /me", bearer, length), drop: "a", everyMs: 1000 }),
        drip(server, 50, { beginning: head("PUT /me/password", chunked), drop: "1\r\n \r\n", everyMs: 1000 }),
      ]);
      expect((await logIn(server)).status).toBe(200);
      const ends = drips.map(({ closed }) => closed);
      // The time-out for a whole request is 30 s; those whose body nobody wants have their answer long before.
      const waited = isLong ? ends : ends.slice(4);
      const times = await within(80_000, Promise.all(waited), () => "Bodies without end are taken.");
      expect(Math.max(...times.flat())).toBeLessThan(isLong ? 60_000 : 20_000);
      for (const { end } of drips) end();
      const statuses = drips.map(({ answers }) => [...new Set(answers().map((text) => text.slice(9, 12)))].join());
      for (const status of statuses.slice(0, 4)) expect(status).toMatch(/^(?:408|400|)$/);
      expect(statuses.slice(4)).toEqual(["405", "200", "401"]);
    });
  }, 150_000);

  it.concurrent("lets a log-in through 500 half-open connections, and closes them in time (S59)", async () => {
    const loaded = await startLoaded();
    const { server } = loaded;
    await bear(loaded, { ...USUAL, lines: 5 }, async () => {
      const open = await drip(server, 500, {
        beginning: "GET /me HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        drop: "a",
        everyMs: 1000,
      });
      for (let turn = 0; turn < 3; turn++) {
        expect((await logIn(server)).status).toBe(200);
        await sleep(500);
      }
      const times = await within(40_000, open.closed, () => "Connections stay open.");
      // The time-out is 10 s and looked at once a second; the rest is for a machine that has much to do.
      expect(Math.max(...times)).toBeLessThan(30_000);
      for (const text of open.answers())
        expect(text).toMatch(/^(?:HTTP\/1\.1 408 [^\r]*\r\nConnection: close\r\n\r\n)?$/);
    });
  }, 120_000);

  it.concurrent("holds little for clients that ask and do not read, and lets go of them", async () => {
    const loaded = await startLoaded();
    const { server } = loaded;
    await bear(loaded, { ...USUAL, lines: 1 }, async () => {
      const asks = requestBytes(["GET /openapi.json HTTP/1.1", "Host: 127.0.0.1"]).toString().repeat(500);
      const sockets = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const socket = connect(server.port, "127.0.0.1").on("error", () => {});
          await once(socket, "connect");
          socket.pause().write(asks);
          return socket;
        }),
      );
      expect((await logIn(server)).status).toBe(200);
      // The time-out for silence is a minute, and begins once more where some of what was written has gone meanwhile.
      if (isLong) await untilDescriptors(server, loaded.before.descriptors + 3, 180_000);
      else await sleep(1000);
      for (const socket of sockets) socket.destroy();
    });
  }, 240_000);

  it("lets 200 log-ins of one account in, one after another (S61)", async () => {
    const loaded = await startLoaded();
    const bounds = { ...USUAL, lines: 200 };
    const answers = await bear(loaded, bounds, () =>
      Promise.all(Array.from({ length: 200 }, () => logIn(loaded.server))),
    );
    expect(countsOf(answers.map(({ status }) => status))).toEqual({ 200: 200 });
  }, 120_000);

  it("checks of 200 log-ins of 200 names as many as its queue holds, and says to the others when to come again (S61)", async () => {
    const loaded = await startLoaded();
    const bounds = { ...USUAL, lines: 201 };
    const answers = await bear(loaded, bounds, () =>
      Promise.all(Array.from({ length: 200 }, (_, index) => logIn(loaded.server, `nobody-${index}`))),
    );
    const counts = countsOf(answers.map(({ status }) => status));
    expect(
      Object.keys(counts).every((status) => ["401", "429", "503"].includes(status)),
      JSON.stringify(counts),
    ).toBe(true);
    // A hundred failures of one network are free.
    expect(counts[401]).toBeLessThanOrEqual(100);
    for (const { status, headers } of answers)
      expect(Number(headers.get("retry-after") ?? 0) >= 1).toBe(status === 429 || status === 503);
  }, 120_000);

  it("refuses more than 16 KiB of headers with 431, however they come (S59)", async () => {
    const loaded = await startLoaded();
    const floods = [
      [`X-Long: ${"a".repeat(17_000)}`],
      Array.from({ length: 3000 }, (_, index) => `X-${index}: a`),
      [`${"X".repeat(17_000)}: a`],
      [`Cookie: ${"a=b; ".repeat(4000)}`],
    ];
    await bear(loaded, USUAL, async () => {
      for (const flood of floods) {
        const wire = await openWire(loaded.server.port);
        const answer = await wire.ask(requestBytes(["GET /me HTTP/1.1", "Host: x", ...flood]));
        expect(answer).toMatchObject({ status: 431, text: "" });
        wire.close();
      }
      // Headers that never end are cut where they are too many, not kept until the time-out.
      const endless = await drip(loaded.server, 50, {
        beginning: "GET /me HTTP/1.1\r\nHost: x\r\n",
        drop: `X-More: ${"a".repeat(4000)}\r\n`,
        everyMs: 50,
      });
      await within(20_000, endless.closed, () => "Headers without end are taken.");
    });
  }, 120_000);

  it("stops reading large bodies where they are too much (S60)", async () => {
    const loaded = await startLoaded();
    const { server } = loaded;
    const block = Buffer.alloc(65_536, " ");
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), block, Buffer.from("\r\n")]);
    const pour = async (framing: string, piece: Buffer): Promise<number> => {
      const socket = connect(server.port, "127.0.0.1").on("error", () => {});
      let answer = "";
      socket.setEncoding("latin1").on("data", (text: string) => {
        answer += text;
      });
      socket.write(`POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`);
      const closed = new Promise((resolve) => socket.once("close", resolve));
      // A gigabyte at most: whoever takes that has no limit.
      for (let sent = 0; sent < 16_384 && socket.writable; sent++) {
        if (socket.write(piece)) continue;
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
      }
      await within(20_000, closed, () => "The connection stays open.");
      return Number(answer.slice(9, 12));
    };
    await bear(loaded, USUAL, async () => {
      const statuses = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          index % 2 === 0 ? pour("Transfer-Encoding: chunked", chunk) : pour("Content-Length: 1073741824", block),
        ),
      );
      // Who goes on sending may meet the end of the connection before the answer.
      expect(Object.keys(countsOf(statuses)).filter((status) => status !== "413" && status !== "0")).toEqual([]);
    });
  }, 150_000);

  it("verifies no faster than it can what bad tokens come, and writes no line for them", async () => {
    const loaded = await startLoaded();
    const { server, ada } = loaded;
    const seconds = isLong ? 30 : 3;
    const { stdout } = await bear(loaded, USUAL, () =>
      promisify(execFile)(process.execPath, [BAD_TOKENS, String(server.port), String(seconds), ada.token]),
    );
    const { count, perSecond } = JSON.parse(stdout) as { readonly count: number; readonly perSecond: number };
    expect(count).toBeGreaterThan(100);
    console.log(`${count} different bad tokens, ${perSecond} a second`);
  }, 150_000);
});
