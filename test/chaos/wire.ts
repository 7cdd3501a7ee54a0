import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answered } from "../http/check-answer.js";

/** A connection that takes any bytes. */
export interface Wire {
  /** Sends bytes and reads one answer. Answers `hung up` where the server closes without one, `silent` where none comes in time. */
  ask(bytes: Buffer, options?: AskOptions): Promise<Answered | "hung up" | "silent">;
  /** Sends bytes and reads all that comes, until the server closes or is silent. */
  spill(bytes: Buffer, milliseconds: number): Promise<readonly Answered[]>;
  /** What came and no answer was expected for. */
  readonly surplus: number;
  /** Whether another request may be sent. */
  readonly isOpen: boolean;
  close(): void;
}

/** `method` decides whether an answer has a body; `patienceMs` is 30 s where it is not said. */
export interface AskOptions {
  readonly method?: string;
  readonly patienceMs?: number;
}

/** Opens a connection to a port of the loopback. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let received: Buffer = Buffer.alloc(0);
  let isOpen = true;
  let wake = () => {};
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isOpen = false;
    wake();
  });
  await once(socket, "connect");

  /** The next answer of what came; waits for more of it. */
  async function read(method: string, deadline: number): Promise<Answered | "hung up" | "silent"> {
    for (;;) {
      const found = findAnswer(received, method, !isOpen);
      if (found !== undefined) {
        received = received.subarray(found.length);
        if (found.answer.status >= 200) return found.answer;
      } else if (!isOpen) return "hung up";
      else if (performance.now() >= deadline) return "silent";
      else await nextNews(deadline);
    }
  }

  async function nextNews(deadline: number): Promise<void> {
    const stop = new AbortController();
    const news = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const late = sleep(Math.max(0, deadline - performance.now()), undefined, { signal: stop.signal }).catch(() => {});
    await Promise.race([news, late]);
    stop.abort();
  }

  return {
    async ask(bytes, { method = "GET", patienceMs = 30_000 } = {}) {
      socket.write(bytes);
      const answer = await read(method, performance.now() + patienceMs);
      if (typeof answer !== "string" && answer.headers.get("connection") === "close") isOpen = false;
      return answer;
    },
    async spill(bytes, milliseconds) {
      socket.write(bytes);
      const answers: Answered[] = [];
      const deadline = performance.now() + milliseconds;
      for (;;) {
        const answer = await read("GET", deadline);
        if (typeof answer === "string") return answers;
        answers.push(answer);
      }
    },
    get surplus() {
      return received.length;
    },
    get isOpen() {
      return isOpen;
    },
    close: () => {
      isOpen = false;
      socket.destroy();
    },
  };
}

/** Bytes of a request: lines are latin1, so that any byte can stand in them. */
export function requestBytes(lines: readonly string[], body: string | Buffer = ""): Buffer {
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
}

interface Found {
  readonly answer: Answered;
  readonly length: number;
}

function findAnswer(bytes: Buffer, method: string, isEnded: boolean): Found | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`This is no answer: ${first.slice(0, 200)}`);
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const body = findBody(bytes.subarray(end + 4), { status, headers, method, isEnded });
  if (body === undefined) return undefined;
  return { answer: { status, headers, text: body.text }, length: end + 4 + body.length };
}

interface Head {
  readonly status: number;
  readonly headers: Headers;
  readonly method: string;
  readonly isEnded: boolean;
}

/** RFC 9112 section 6.3 */
function findBody(
  bytes: Buffer,
  { status, headers, method, isEnded }: Head,
): { text: string; length: number } | undefined {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { text: "", length: 0 };
  const length = headers.get("content-length");
  if (length !== null) {
    const size = Number(length);
    return bytes.length < size ? undefined : { text: bytes.toString("utf8", 0, size), length: size };
  }
  if (headers.get("transfer-encoding") !== "chunked")
    return isEnded ? { text: bytes.toString("utf8"), length: bytes.length } : undefined;
  let text = "";
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    const size = line < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, line), 16);
    const next = line + 2 + size + 2;
    if (!(next <= bytes.length)) return undefined;
    text += bytes.toString("utf8", line + 2, line + 2 + size);
    if (size === 0) return { text, length: next };
    at = next;
  }
}
