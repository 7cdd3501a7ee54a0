import { connect } from "node:net";

/** The bytes of an HTTP/1.1 request; `body` is sent as JSON. */
export function requestBytes(port, { method = "GET", path, headers = {}, body }) {
  const text = body === undefined ? "" : JSON.stringify(body);
  const lines = [`${method} ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (text !== "") lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(text)}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${text}`);
}

/**
 * A kept connection that has one request in flight. It reads an answer by its Content-Length or its chunks, and costs little beside what
 * it measures.
 */
export function openConnection(port) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let received = Buffer.alloc(0);
  let waiting;
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    waiting.resolve(answer);
  });
  socket.on("error", (error) => waiting?.reject(error));
  return {
    send(bytes) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(bytes);
      });
    },
    close: () => socket.destroy(),
  };
}

function readAnswer(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const length = /content-length: (\d+)/i.exec(head);
  const start = end + 4;
  if (length !== null) {
    const stop = start + Number(length[1]);
    return bytes.length < stop ? undefined : { status, head, body: () => bytes.toString("utf8", start, stop) };
  }
  if (!/transfer-encoding: chunked/i.test(head)) return { status, head, body: () => "" };
  if (bytes.indexOf("0\r\n\r\n", start) < 0) return undefined;
  return { status, head, body: () => unchunked(bytes.toString("utf8", start)) };
}

function unchunked(text) {
  return text.replace(/(?:^|\r\n)[0-9a-f]+\r\n/gi, "").replace(/\r\n$/, "");
}

/** Requests a second of a closed loop: every connection sends its next request when the last one was answered. */
export async function closedLoop(port, { connections, seconds, next, wanted = 200 }) {
  const deadline = performance.now() + seconds * 1000;
  let count = 0;
  const work = async (index) => {
    const connection = openConnection(port);
    const state = { index };
    while (performance.now() < deadline) {
      const answer = await connection.send(next(state));
      if (answer.status !== wanted) throw new Error(`${answer.status} instead of ${wanted}: ${answer.body()}`);
      state.answer = answer;
      count += 1;
    }
    connection.close();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, (_, index) => work(index)));
  return count / ((performance.now() - start) / 1000);
}

/**
 * The same request over and over on kept connections, one in flight on each, for answers that are all of one length: the client counts
 * bytes and looks at the first status, so that the server is what is measured. Answers how many there were, in how many seconds.
 */
export async function countedLoop(port, { connections, seconds, bytes }) {
  const first = openConnection(port);
  const { status, head, body } = await first.send(bytes);
  first.close();
  if (status !== 200) throw new Error(`${status} instead of 200: ${body()}`);
  const length = Buffer.byteLength(head) + 4 + Number(/content-length: (\d+)/i.exec(head)[1]);
  const start = performance.now();
  const deadline = start + seconds * 1000;
  let count = 0;
  const work = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let received = 0;
      socket.on("error", reject).on("connect", () => socket.write(bytes));
      socket.on("data", (chunk) => {
        if (received === 0 && chunk.latin1Slice(0, 12) !== "HTTP/1.1 200")
          return reject(new Error(chunk.latin1Slice()));
        received += chunk.length;
        if (received < length) return;
        if (received > length) return reject(new Error("An answer is of another length."));
        received = 0;
        count += 1;
        if (performance.now() < deadline) return socket.write(bytes);
        socket.destroy();
        resolve();
      });
    });
  await Promise.all(Array.from({ length: connections }, work));
  return { count, seconds: (performance.now() - start) / 1000 };
}

/** Delays in milliseconds of requests that are sent at planned moments, whether or not earlier ones were answered, from those moments on. */
export async function openLoop(port, { perSecond, seconds, bytes, connections = 32 }) {
  const free = Array.from({ length: connections }, () => openConnection(port));
  const all = [...free];
  const delays = [];
  const pending = [];
  const start = performance.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const planned = start + (index * 1000) / perSecond;
    while (performance.now() < planned)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, planned - performance.now() - 0.5)));
    pending.push(one(planned));
  }
  await Promise.all(pending);
  for (const connection of all) connection.close();
  return delays;

  async function one(planned) {
    let connection = free.pop();
    if (connection === undefined) {
      connection = openConnection(port);
      all.push(connection);
    }
    const { status } = await connection.send(bytes);
    if (status !== 200) throw new Error(`${status} instead of 200`);
    delays.push(performance.now() - planned);
    free.push(connection);
  }
}
