import { Window } from "happy-dom";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { open, PAGE, SERVER, USER } from "./open-client.js";

const TOKENS = { token: "e30.e30.x", expires_in: 600, user: USER };

describe("a page that opens while the server is away", () => {
  /** What the server does of late, and the seconds after which it was asked. */
  let answer: (request: Request) => Promise<Response>;
  let asked: number[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    const page = new Window({ url: `${PAGE}/` });
    vi.stubGlobal("window", page);
    vi.stubGlobal("location", page.location);
    vi.spyOn(console, "warn").mockImplementation(() => {});
    asked = [];
    answer = away;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  const away = () => Promise.reject(new TypeError("Failed to fetch"));
  function openPage() {
    const began = Date.now();
    const fetch = (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      if (request.url !== `${SERVER}/token/refresh`) return away();
      asked.push(Math.round((Date.now() - began) / 1000));
      return answer(request);
    };
    return open({ transport: "cookie", fetch }).client;
  }
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000 + 200);
  const comeOnline = () => window.dispatchEvent(new (window as unknown as Window).Event("online") as unknown as Event);

  it("asks again more and more seldom, every half a minute at the least, until there is an answer", async () => {
    const client = openPage();
    expect((await client.ready).status).toBe("offline");
    await pass(120);
    expect(asked).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    answer = async () => Response.json(TOKENS);
    await pass(30);
    expect(client.state).toMatchObject({ status: "signed-in", user: USER });
    await pass(600);
    expect(asked).toHaveLength(9);
  });

  it("asks no earlier than the server says", async () => {
    answer = async () => Response.json({ code: "unavailable" }, { status: 503, headers: { "retry-after": "45" } });
    await openPage().ready;
    await pass(100);
    expect(asked).toEqual([0, 45, 90]);
  });

  it("asks at once when the browser is online again", async () => {
    const client = openPage();
    await client.ready;
    await pass(20);
    const before = asked.length;
    answer = async () => Response.json(TOKENS);
    comeOnline();
    await pass(0);
    expect(asked).toHaveLength(before + 1);
    expect(client.state.status).toBe("signed-in");
  });

  it.each(["close", "log-in", "refusal"])("asks no more after a %s", async (what) => {
    const client = openPage();
    await client.ready;
    answer = async () => (what === "refusal" ? new Response(null, { status: 204 }) : Response.json(TOKENS));
    if (what === "close") client.close();
    else void client.fetch("/").catch(() => {});
    await pass(0);
    const before = asked.length;
    comeOnline();
    await pass(120);
    expect(asked).toHaveLength(before);
  });

  it("gives up a refresh that is not answered within ten seconds", async () => {
    vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), milliseconds);
      return controller.signal;
    });
    answer = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    const client = openPage();
    await pass(9);
    expect(client.state.status).toBe("loading");
    await pass(1);
    expect(client.state.status).toBe("offline");
  });
});
