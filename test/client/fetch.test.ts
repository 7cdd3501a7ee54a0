import { describe, expect, it, vi } from "vitest";
import {
  advance,
  echo,
  holdRefresh,
  open,
  openSignedIn,
  PAGE,
  PASSWORD,
  refuseToken,
  SERVER,
  USER,
} from "./open-client.js";

const API = "http://localhost:5000/todos";

describe("fetch", () => {
  it("sends the token, and goes without one where nobody is logged in", async () => {
    const { client, network } = await openSignedIn();
    network.detour = echo;
    expect(await (await client.fetch(API)).json()).toMatchObject({ token: expect.stringMatching(/^Bearer ey/) });
    network.detour = undefined;
    await client.logOut();
    network.detour = echo;
    expect(await (await client.fetch(API)).json()).toMatchObject({ token: null });
  });

  it("gets a new token before the one that it has expires", async () => {
    const { client, network } = await openSignedIn();
    const now = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(now + 575_000);
    await client.fetch(`${SERVER}/me`);
    expect(network.lines).toEqual(["POST /token/refresh 200", "GET /me 200"]);
    vi.restoreAllMocks();
  });

  it("uses what still lives where no new one can be had", async () => {
    const { client, network } = await openSignedIn();
    const now = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(now + 575_000);
    network.detour = ({ url }) => {
      if (url.endsWith("/refresh")) throw new TypeError("Failed to fetch");
      return undefined;
    };
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    vi.restoreAllMocks();
  });

  it("asks once again where the token is refused, and then no more", async () => {
    const { client, network } = await openSignedIn();
    const asked: (string | null)[] = [];
    network.detour = (request) => {
      if (!request.url.startsWith(API)) return undefined;
      asked.push(request.headers.get("authorization"));
      return refuseToken();
    };
    expect((await client.fetch(API)).status).toBe(401);
    expect(new Set(asked).size).toBe(2);
    expect(asked).toHaveLength(2);
    expect(network.count("POST /token/refresh")).toBe(1);
    expect(client.state.status).toBe("signed-in");
  });

  it("gets no other token for a refusal that comes late, when there is one already", async () => {
    const { client, network } = await openSignedIn();
    let answer: (refusal: Response) => void = () => {};
    network.detour = ({ url }) => {
      if (!url.startsWith(API)) return undefined;
      network.detour = undefined;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const late = client.fetch(API);
    await vi.waitFor(() => expect(network.detour).toBeUndefined());
    advance(3600);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    network.detour = echo;
    answer(refuseToken());
    expect((await late).status).toBe(200);
    expect(network.count("POST /token/refresh")).toBe(1);
  });

  it("gets one token for all that are refused at once", async () => {
    const { client, network } = await openSignedIn();
    advance(3600);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.fetch(`${SERVER}/me`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(network.count("POST /token/refresh")).toBe(1);
  });

  it.each<[string, HeadersInit, object, number]>([
    ["invalid_token in the challenge", { "www-authenticate": 'Bearer error="invalid_token"' }, {}, 2],
    ["invalid_token after a realm", { "www-authenticate": 'Bearer realm="api", error="invalid_token"' }, {}, 2],
    ["invalid_token without quotes", { "www-authenticate": "Bearer error=invalid_token" }, {}, 2],
    ["invalid_token in the problem, where the challenge cannot be read", {}, { code: "invalid_token" }, 2],
    ["another error", { "www-authenticate": 'Bearer error="invalid_request"' }, { code: "invalid_token" }, 1],
    ["a token that is wanted", { "www-authenticate": "Bearer" }, { code: "token_required" }, 1],
    [
      "a log-in that is wanted",
      { "www-authenticate": 'Bearer error="insufficient_user_authentication"' },
      { code: "invalid_token" },
      1,
    ],
    ["a wrong password", {}, { code: "invalid_credentials" }, 1],
    ["nothing", {}, {}, 1],
    ["a list", {}, ["invalid_token"], 1],
  ])("asks again by what a 401 says: %s", async (_what, headers, problem, times) => {
    const { client, network } = await openSignedIn();
    let asked = 0;
    network.detour = (request) => {
      if (!request.url.startsWith(API)) return undefined;
      asked += 1;
      return Response.json(problem, { status: 401, headers });
    };
    const response = await client.fetch(API);
    expect(asked).toBe(times);
    // It is still there to be read.
    expect(await response.json()).toEqual(problem);
  });

  it("takes a wrong present password for what it is", async () => {
    const { client, network } = await openSignedIn();
    const response = await client.fetch(`${SERVER}/me/password`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ current_password: "not the password", new_password: `${PASSWORD} again` }),
    });
    expect(await response.json()).toMatchObject({ status: 401, code: "invalid_credentials" });
    expect(network.lines).toEqual(["PUT /me/password 401"]);
  });

  const form = new FormData();
  form.set("title", "geese");
  form.set("file", new Blob(["honk"], { type: "text/plain" }), "geese.txt");
  const stream = () => new Blob(["a stream of geese"]).stream();
  it.each<[string, () => RequestInit | Request, RegExp]>([
    ["a text", () => ({ method: "POST", body: "geese" }), /^geese$/],
    ["a form", () => ({ method: "POST", body: form }), /geese[\s\S]*honk/],
    ["parameters", () => ({ method: "POST", body: new URLSearchParams({ q: "geese" }) }), /^q=geese$/],
    ["bytes", () => ({ method: "POST", body: new TextEncoder().encode("geese") }), /^geese$/],
    ["a stream", () => ({ method: "POST", body: stream(), duplex: "half" }) as RequestInit, /^a stream of geese$/],
    ["a megabyte", () => ({ method: "PUT", body: "x".repeat(2 ** 20) }), /^x{1048576}$/],
    ["a Request", () => new Request(API, { method: "PATCH", body: "geese" }), /^geese$/],
  ])("sends %s a second time as it was", async (_what, make, expected) => {
    const { client, network } = await openSignedIn();
    const bodies: string[] = [];
    network.detour = async (request) => {
      if (!request.url.startsWith(API)) return undefined;
      const answer = await (await echo(request)).json();
      bodies.push(answer.body);
      return bodies.length === 1 ? refuseToken() : Response.json(answer);
    };
    const given = make();
    const response = await (given instanceof Request ? client.fetch(given) : client.fetch(API, given));
    expect(response.status).toBe(200);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toMatch(expected);
  });

  it("leaves an Authorization alone that the caller has set", async () => {
    const { client, network } = await openSignedIn();
    network.detour = (request) => {
      expect(request.headers.get("authorization")).toBe("Basic Z2Vlc2U=");
      return refuseToken();
    };
    const response = await client.fetch(API, { headers: { Authorization: "Basic Z2Vlc2U=" } });
    expect(response.status).toBe(401);
    expect(network.lines).toEqual(["GET /todos 401"]);
  });

  it("takes a relative URL for the page's", async () => {
    const { client, network } = await openSignedIn({ origin: PAGE });
    const urls: string[] = [];
    network.detour = ({ url }) => {
      urls.push(url);
      return new Response();
    };
    for (const path of ["/todos?x=1", "todos", "./a/../b", new URL("/c", PAGE)]) await client.fetch(path);
    expect(urls).toEqual([`${PAGE}/todos?x=1`, `${PAGE}/todos`, `${PAGE}/b`, `${PAGE}/c`]);
  });
});

describe("the token goes", () => {
  const at = {
    url: "https://auth.example.com/auth",
    origin: "https://app.example.com",
    apis: ["https://api.example.net", "https://api.example.org/v1/"],
  };

  async function openAt(options: {
    readonly url: string;
    readonly origin?: string;
    readonly apis?: readonly string[];
  }) {
    const opened = open(options);
    const { client, network } = opened;
    network.detour = () => Response.json({ token: "e30.e30.x", expires_in: 600, refresh_token: "lkr_x", user: USER });
    await client.logIn({ username: "ada", password: PASSWORD });
    network.detour = echo;
    return opened;
  }

  it.each<[string, string, boolean]>([
    ["to the server", "https://auth.example.com/me", true],
    ["to another port of the server", "https://auth.example.com:8443/", true],
    ["to the page", "/todos", true],
    ["to another port of the page", "https://app.example.com:3000/", true],
    ["to a listed API", "https://api.example.net/todos", true],
    ["to an API that is listed with a path", "https://api.example.org/todos", true],
    ["to another port of a listed API", "https://api.example.net:444/", false],
    ["in the clear to the server", "http://auth.example.com/me", false],
    ["in the clear to the page", "http://app.example.com/", false],
    ["in the clear to a listed API", "http://api.example.net/", false],
    ["to another host of the same domain", "https://cdn.example.com/", false],
    ["to a host that begins like it", "https://auth.example.com.evil.net/", false],
    ["to a host that ends like it", "https://evilauth.example.com/", false],
    ["to a host after what looks like it", "https://evil.net/?https://auth.example.com/", false],
    ["to another site", "https://evil.net/", false],
    ["to another host without its scheme", "//evil.net/", false],
    ["to a host after back slashes", "\\\\evil.net/", false],
    ["to itself, spelt large", "HTTPS://AUTH.EXAMPLE.COM/", true],
    ["with data", "data:text/plain,x", false],
    ["to a file", "file:///etc/passwd", false],
    ["to a blob", "blob:https://auth.example.com/1", false],
  ])("%s: %s, %s", async (_what, target, goes) => {
    const { client } = await openAt(at);
    const answer = client.fetch(target).then((response) => response.json());
    if (goes) expect(await answer).toMatchObject({ token: "Bearer e30.e30.x" });
    else await expect(answer).rejects.toThrow(/gets no token/);
    if (!goes) await expect(client.fetch(target)).rejects.toBeInstanceOf(TypeError);
  });

  it("in the clear where the server itself is", async () => {
    const { client } = await openAt({ url: "http://localhost:4000", origin: "http://localhost:3000" });
    expect(await (await client.fetch("http://localhost:5000/")).json()).toMatchObject({ token: "Bearer e30.e30.x" });
    await expect(client.fetch("http://127.0.0.1:5000/")).rejects.toThrow(TypeError);
  });
});

describe("a signal", () => {
  it.each<[string, (controller: AbortController) => void, unknown]>([
    ["without a reason", (controller) => controller.abort(), expect.objectContaining({ name: "AbortError" })],
    ["with one", (controller) => controller.abort("enough"), "enough"],
  ])("%s ends the request, with its own reason", async (_what, abort, reason) => {
    const { client, network } = await openSignedIn();
    const controller = new AbortController();
    network.detour = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        abort(controller);
      });
    await expect(client.fetch(API, { signal: controller.signal })).rejects.toEqual(reason);
  });

  it("that was given up before sends nothing", async () => {
    const { client, network } = await openSignedIn();
    await expect(client.fetch(API, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
    expect(network.lines).toEqual([]);
  });

  it("ends a request that waits for a token, and the others wait on", async () => {
    const { client, network } = await openSignedIn();
    advance(3600);
    const { begun, go } = holdRefresh(network);
    const controller = new AbortController();
    const other = client.fetch(`${SERVER}/me`);
    const given = client.fetch(`${SERVER}/me`, { signal: controller.signal });
    await begun;
    controller.abort("enough");
    await expect(given).rejects.toBe("enough");
    go();
    expect((await other).status).toBe(200);
  });
});

describe("offline", () => {
  it("is told apart from a refusal", async () => {
    const { client, network } = await openSignedIn();
    network.isOffline = true;
    await expect(client.fetch(API)).rejects.toMatchObject({
      name: "AuthError",
      code: "unavailable",
      reason: "offline",
      cause: expect.objectContaining({ name: "TypeError" }),
    });
    expect(client.state.status).toBe("signed-in");
  });

  it.each(["logIn", "signUp"] as const)("is what %s says", async (act) => {
    const { client, network } = open();
    network.isOffline = true;
    await expect(client[act]({ username: "ada", password: PASSWORD })).rejects.toMatchObject({
      code: "unavailable",
      reason: "offline",
      retryAfter: 1,
    });
  });

  it("is not what a server says that is there and cannot", async () => {
    const { client, network } = open();
    network.detour = () => Response.json({ title: "Later.", code: "unavailable" }, { status: 503 });
    const error = await client.logIn({ username: "ada", password: PASSWORD }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", message: "Later.", retryAfter: 1 });
    expect(error.reason).toBeUndefined();
  });

  it("keeps a session that was stored for the next request", async () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    await openSignedIn({ storage });
    const { client, network } = open({ storage, fetch: (...given) => network.fetch(...given) });
    network.isOffline = true;
    expect((await client.ready).status).toBe("offline");
    await expect(client.fetch(`${SERVER}/me`)).rejects.toMatchObject({ reason: "offline" });
    network.isOffline = false;
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    expect(client.state.status).toBe("signed-in");
  });
});
