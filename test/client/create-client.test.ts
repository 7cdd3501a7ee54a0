import { type ClientOptions, createClient, type TokenStorage } from "latchkey/client";
import { describe, expect, it, vi } from "vitest";
import {
  addUser,
  advance,
  auth,
  holdRefresh,
  open,
  openSignedIn,
  PASSWORD,
  refuseToken,
  SERVER,
  USER,
} from "./open-client.js";

const memory = (kept = new Map<string, string>()): TokenStorage & { readonly kept: Map<string, string> } => ({
  kept,
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
});

const later = <Result>(give: () => Result): Promise<Result> => new Promise((done) => setImmediate(() => done(give())));

function asynchronous(kept = new Map<string, string>()): TokenStorage & { readonly kept: Map<string, string> } {
  const { getItem, setItem, removeItem } = memory(kept);
  return {
    kept,
    getItem: (key) => later(() => getItem(key) as string | null),
    setItem: (key, value) => later(() => void setItem(key, value)),
    removeItem: (key) => later(() => void removeItem(key)),
  };
}

describe("the options", () => {
  it.each<[string, object, RegExp]>([
    ["no url", { url: undefined }, /^url must be/],
    ["an empty url", { url: "" }, /^url must be/],
    ["a path where there is no page", { url: "/auth" }, /^url must be/],
    ["a host alone", { url: "auth.example.com" }, /^url must be/],
    ["another scheme", { url: "ftp://auth.example.com" }, /^url must be/],
    ["a script", { url: "javascript:alert(1)" }, /^url must be/],
    ["a URL that is no string", { url: 4000 }, /^url must be/],
    ["an API that is a host alone", { apis: ["https://api.example.com", "api.example.com"] }, /^apis must be/],
    ["a transport that there is not", { transport: "header" }, /^transport must be/],
    ["the transport of another library", { transport: "COOKIE" }, /^transport must be/],
    ["a storage with a cookie", { storage: memory() }, /^storage needs transport: "bearer"/],
    ["a storage with a cookie that is asked for", { storage: memory(), transport: "cookie" }, /^storage needs/],
  ])("refuse %s", (_what, options, message) => {
    const make = () => createClient({ url: SERVER, ...options } as ClientOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it.each([
    "http://localhost:4000",
    "http://localhost:4000/",
    "http://localhost:4000//",
    "http://LOCALHOST:4000?x=1#y",
  ])("take the address of a server as %s", async (url) => {
    const { credentials } = await addUser();
    const { client, network } = open({ url });
    await client.logIn(credentials);
    expect(network.lines).toEqual(["POST /token 200"]);
  });
});

describe.each<[string, () => TokenStorage & { readonly kept: Map<string, string> }]>([
  ["a storage", memory],
  ["a storage with promises", asynchronous],
])("with the transport bearer and %s", (_what, createStorage) => {
  it("holds the refresh token alone there, and goes on after a reload", async () => {
    const storage = createStorage();
    const { client, credentials } = await openSignedIn({ storage });
    expect([...storage.kept.keys()]).toEqual([`latchkey:${SERVER}`]);
    expect([...storage.kept.values()]).toEqual([expect.stringMatching(/^lkr_/)]);
    client.close();

    const { client: reloaded, network } = open({ storage });
    expect(reloaded.state.status).toBe("loading");
    expect(await reloaded.ready).toMatchObject({ status: "signed-in", user: { username: credentials.username } });
    expect(network.lines).toEqual(["POST /token/refresh 200"]);
  });

  it("holds nothing after a log-out, and the session has ended", async () => {
    const storage = createStorage();
    const { client, id } = await openSignedIn({ storage });
    await client.logOut();
    expect(storage.kept.size).toBe(0);
    expect(await auth.sessions.list(id)).toEqual([]);
    expect((await open({ storage }).client.ready).status).toBe("signed-out");
  });

  it("forgets a refresh token that the server refuses", async () => {
    const storage = createStorage();
    storage.kept.set(`latchkey:${SERVER}`, "lkr_of-another-server");
    const ended = vi.fn();
    const { client } = open({ storage, onSignedOut: ended });
    expect((await client.ready).status).toBe("signed-out");
    expect(storage.kept.size).toBe(0);
    // Nobody was logged in here.
    expect(ended).not.toHaveBeenCalled();
  });

  it("goes on after the clock of the server went back by an hour", async () => {
    const storage = createStorage();
    const reasons: string[] = [];
    const { client } = await openSignedIn({ storage, onSignedOut: (reason) => reasons.push(reason) });
    advance(-3600);
    for (let round = 0; round < 3; round++) {
      expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
      advance(700);
    }
    expect([client.state.status, reasons]).toEqual(["signed-in", []]);
    advance(3600);
  });

  it("goes on with what another tab has put there", async () => {
    const storage = createStorage();
    const { client } = await openSignedIn({ storage });
    const { client: other } = open({ storage });
    await other.ready;
    for (const one of [client, other, client]) {
      advance(3600);
      expect((await one.fetch(`${SERVER}/me`)).status).toBe(200);
    }
  });
});

describe("with the transport bearer", () => {
  it("goes by what stands in the storage, where the server refuses what stood there before", async () => {
    const { credentials } = await addUser();
    const { refreshToken } = await auth.logIn(credentials);
    const storage = memory();
    let reads = 0;
    const getItem = () => {
      reads += 1;
      return reads === 1 ? "lkr_of-before" : (refreshToken ?? null);
    };
    const { client, network } = open({ storage: { ...storage, getItem } });
    expect((await client.ready).user?.username).toBe(credentials.username);
    expect(network.lines.map((line) => line.slice(-3))).toEqual([expect.stringMatching(/^40[01]$/), "200"]);
  });

  it("sends and takes no cookies", async () => {
    const seen = new Set<RequestCredentials>();
    const { client, credentials, network } = await openSignedIn();
    network.detour = (request) => void seen.add(request.credentials);
    advance(3600);
    await client.fetch(`${SERVER}/me`, { credentials: "omit" });
    await client.logOut();
    await client.logIn(credentials);
    expect([...seen]).toEqual(["omit"]);
  });
});

describe("with a storage that fails", () => {
  const fail = () => {
    throw new Error("The quota is exceeded.");
  };
  it.each<[string, TokenStorage]>([
    ["throws", { getItem: fail, setItem: fail, removeItem: fail }],
    ["rejects", { getItem: async () => fail(), setItem: async () => fail(), removeItem: async () => fail() }],
    ["cannot be written", { ...memory(), setItem: fail }],
    ["holds nothing", { getItem: () => null, setItem: () => {}, removeItem: () => {} }],
  ])("because it %s, the token is in memory all the same", async (_what, storage) => {
    const { client } = await openSignedIn({ storage });
    advance(3600);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    await client.logOut();
    expect(client.state.status).toBe("signed-out");
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(401);
  });

  it.each(["", "{}", "null", "x".repeat(5000), "\u0000", "lkr_ä"])(
    "because it holds %j, nobody is logged in",
    async (text) => {
      const storage = { ...memory(), getItem: () => text };
      expect((await open({ storage }).client.ready).status).toBe("signed-out");
    },
  );
});

describe("a client", () => {
  it("tells who listens of every change, also when one of them throws", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const { credentials } = await addUser();
    const { client } = open({
      onSignedOut: () => {
        throw new Error("mine");
      },
    });
    const heard: string[] = [];
    client.subscribe(() => {
      throw new Error("mine");
    });
    const leave = client.subscribe(({ status }) => heard.push(status));
    await client.logIn(credentials);
    await client.logOut();
    leave();
    await client.logIn(credentials);
    expect(heard).toEqual(["signed-in", "signed-out"]);
    expect(errors).toHaveBeenCalledTimes(4);
    errors.mockRestore();
  });

  it("tells once that a session has ended, and why", async () => {
    const reasons: string[] = [];
    const { client, id, credentials } = await openSignedIn({ onSignedOut: (reason) => reasons.push(reason) });
    await auth.sessions.endAll(id);
    const answers = await Promise.all([1, 2, 3].map(() => client.fetch(`${SERVER}/me`)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(reasons).toEqual(["session_ended"]);
    await client.logIn(credentials);
    await client.logOut();
    await client.logOut();
    expect(reasons).toEqual(["session_ended", "log_out"]);
  });

  it("logs out everywhere", async () => {
    const { client, id, credentials } = await openSignedIn();
    await open().client.logIn(credentials);
    expect(await auth.sessions.list(id)).toHaveLength(2);
    await client.logOut({ everywhere: true });
    expect(await auth.sessions.list(id)).toEqual([]);
    expect(client.state).toEqual({ status: "signed-out", user: null, claims: null });
  });

  it("logs out everywhere with a token that has expired", async () => {
    const { client, id, credentials } = await openSignedIn();
    await open().client.logIn(credentials);
    advance(3600);
    await client.logOut({ everywhere: true });
    expect(await auth.sessions.list(id)).toEqual([]);
  });

  it("logs out everywhere where the session has ended meanwhile", async () => {
    const { client, id } = await openSignedIn();
    await auth.sessions.endAll(id);
    await client.logOut({ everywhere: true });
    expect(client.state.status).toBe("signed-out");
  });

  it("tells nobody of a log-out of nobody", async () => {
    const { client } = await openSignedIn();
    await client.logOut();
    const { state } = client;
    const heard = vi.fn();
    client.subscribe(heard);
    await client.logOut();
    expect(heard).not.toHaveBeenCalled();
    expect(client.state).toBe(state);
  });

  it.each([{}, { everywhere: true }])("stays logged in where a log-out does not reach the server: %j", async (how) => {
    const { client, network } = await openSignedIn();
    network.isOffline = true;
    await expect(client.logOut(how)).rejects.toMatchObject({ code: "unavailable", reason: "offline" });
    expect(client.state.status).toBe("signed-in");
    network.isOffline = false;
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
  });

  it("is another one's after another log-in, which ends nothing", async () => {
    const ended = vi.fn();
    const { client } = await openSignedIn({ onSignedOut: ended });
    const { credentials } = await addUser(["admin"]);
    await client.logIn(credentials);
    expect(client.user).toMatchObject({ username: credentials.username, roles: ["admin"] });
    expect(client.claims?.sub).toBe(client.user?.id);
    expect(ended).not.toHaveBeenCalled();
  });

  it("stays who it was where another log-in fails", async () => {
    const { client, credentials } = await openSignedIn();
    const wrong = { username: credentials.username, password: "not the password" };
    await expect(client.logIn(wrong)).rejects.toMatchObject({ code: "invalid_credentials" });
    expect(client.user?.username).toBe(credentials.username);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
  });

  it("signs up with an e-mail address, and is logged in", async () => {
    const { client } = open();
    const user = await client.signUp({ username: "grace", password: PASSWORD, email: "grace@example.com" });
    expect(user).toMatchObject({ username: "grace", email: "grace@example.com", roles: [] });
    expect(client.user).toEqual(user);
    expect(client.claims).toMatchObject({ sub: user.id, iss: SERVER, aud: SERVER });
  });

  it("works on after it was closed", async () => {
    const { client, credentials } = await openSignedIn();
    client.close();
    client.close();
    advance(3600);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    await client.logOut();
    await client.logIn(credentials);
    expect(client.state.status).toBe("signed-in");
  });

  it("shows the roles of now after the next refresh", async () => {
    const { client, id } = await openSignedIn({}, ["admin", "editor"]);
    const { user } = client;
    await auth.users.setRoles(id, ["editor", "reader"]);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    expect(client.user).toEqual({ ...user, roles: ["editor", "reader"] });
    expect(client.claims?.roles).toEqual(["editor", "reader"]);
  });

  it("has the same user after a refresh that changes nothing of them", async () => {
    const { client, network } = await openSignedIn({}, ["editor"]);
    const { user, state } = client;
    advance(3600);
    await client.fetch(`${SERVER}/me`);
    expect(network.count("POST /token/refresh 200")).toBe(1);
    expect(client.state).not.toBe(state);
    expect(client.user).toBe(user);
  });

  it("logs out for good while a refresh is in flight", async () => {
    const { client, network, id } = await openSignedIn();
    advance(3600);
    const { begun, go } = holdRefresh(network);
    const answer = client.fetch(`${SERVER}/me`);
    await begun;
    const leaving = client.logOut();
    go();
    await Promise.all([answer, leaving]);
    expect(client.state).toEqual({ status: "signed-out", user: null, claims: null });
    expect(await auth.sessions.list(id)).toEqual([]);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(401);
  });

  it("logs somebody else in while a refresh is in flight", async () => {
    const { client, network } = await openSignedIn();
    const { credentials } = await addUser();
    advance(3600);
    const { begun, go } = holdRefresh(network);
    const answer = client.fetch(`${SERVER}/me`);
    await begun;
    const entering = client.logIn(credentials);
    go();
    await Promise.all([answer, entering]);
    expect(client.user?.username).toBe(credentials.username);
    network.detour = undefined;
    advance(3600);
    expect(await (await client.fetch(`${SERVER}/me`)).json()).toMatchObject({ username: credentials.username });
  });

  it("stays logged in where the answer to a refresh is lost", async () => {
    const { client, network } = await openSignedIn();
    advance(3600);
    let lost = 0;
    network.detour = async (request) => {
      if (lost > 0 || !request.url.endsWith("/token/refresh")) return undefined;
      lost += 1;
      expect((await auth.handler(request, { address: "192.0.2.7" })).status).toBe(200);
      throw new TypeError("Failed to fetch");
    };
    await expect(client.fetch(`${SERVER}/me`)).rejects.toMatchObject({ code: "unavailable", reason: "offline" });
    expect(client.state.status).toBe("signed-in");
    advance(10);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
    advance(3600);
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
  });

  it.each<[string, () => Response]>([
    ["503", () => Response.json({ title: "Later.", status: 503, code: "unavailable" }, { status: 503 })],
    ["429", () => Response.json({ title: "Later.", status: 429, code: "rate_limited" }, { status: 429 })],
    ["500", () => Response.json({ title: "Oh.", status: 500, code: "internal" }, { status: 500 })],
    ["502 of a proxy", () => new Response("<html>Bad Gateway</html>", { status: 502 })],
    ["404 of a proxy", () => new Response("<html>Not Found</html>", { status: 404 })],
    ["403 of a proxy", () => new Response("<html>Forbidden</html>", { status: 403 })],
    ["200 of a hotel's network", () => new Response("<html>Welcome to the hotel</html>")],
    ["an answer that is cut off", () => new Response('{"token":"ey')],
  ])("does not take a refresh that is answered by %s for the end", async (_what, answer) => {
    const { client, network } = await openSignedIn();
    advance(3600);
    network.detour = ({ url }) => (url.endsWith("/token/refresh") ? answer() : undefined);
    await expect(client.fetch(`${SERVER}/me`)).rejects.toMatchObject({ name: "AuthError" });
    expect(client.state.status).toBe("signed-in");
    network.detour = undefined;
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(200);
  });

  it.each<[string, () => Response]>([
    ["HTML", () => new Response("<html>Welcome to the hotel</html>")],
    ["null", () => Response.json(null)],
    ["nothing", () => new Response()],
    ["the tokens of another server", () => Response.json({ access_token: "ey", expires_in: 600 })],
    ["tokens without a user", () => Response.json({ token: "ey", expires_in: 600 })],
    ["a page of a proxy", () => new Response("<html>Forbidden</html>", { status: 403 })],
    ["a refusal", refuseToken],
  ])("throws an AuthError where a log-in is answered by %s", async (_what, answer) => {
    const { client, network } = open();
    network.detour = answer;
    await expect(client.logIn({ username: "ada", password: PASSWORD })).rejects.toMatchObject({ name: "AuthError" });
    expect(client.state.status).not.toBe("signed-in");
  });

  it("asks who it is where the server tells the tokens alone", async () => {
    const { client, network } = open();
    const user = await addUser(["editor"]);
    network.detour = async (request) => {
      if (!request.url.endsWith("/token")) return undefined;
      const { user: _told, ...tokens } = await (await auth.handler(request)).json();
      return Response.json(tokens);
    };
    await client.logIn(user.credentials);
    expect(client.user).toMatchObject({ id: user.id, username: user.credentials.username, roles: ["editor"] });
    expect(network.count("GET /me 200")).toBe(1);
  });

  const token = (payload: string) => `e30.${Buffer.from(payload).toString("base64url")}.x`;
  it.each<[string, string, unknown]>([
    ["of another alphabet", token('{"sub":"ÿ~~~þ???","name":"Zoë 🦊"}'), { sub: "ÿ~~~þ???", name: "Zoë 🦊" }],
    ["that is no JWT", "opaque", null],
    ["that is empty JSON", token(""), null],
    ["that holds null", token("null"), null],
    ["that holds no base64", "e30.%%%.x", null],
    ["of one segment more", `${token('{"sub":"7"}')}.y.z`, { sub: "7" }],
  ])("has the claims of a token %s", async (_what, text, claims) => {
    const { client, network } = open();
    network.detour = () => Response.json({ token: text, expires_in: 600, refresh_token: "lkr_x", user: USER });
    await client.logIn({ username: "ada", password: PASSWORD });
    expect(client.state).toMatchObject({ status: "signed-in", claims });
    // And gets the next one all the same.
    network.detour = ({ url }) =>
      url.endsWith("/token/refresh")
        ? Response.json({ token: "next", expires_in: 600, refresh_token: "lkr_y", user: USER })
        : refuseToken();
    expect((await client.fetch(`${SERVER}/me`)).status).toBe(401);
    expect(client.claims).toBe(null);
  });
});
