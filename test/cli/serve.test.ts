import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { newSecret } from "../../dist/keys/master-key.js";
import {
  askMe,
  bareEnvironment,
  type Ended,
  end,
  endAll,
  freePort,
  type Granted,
  newFolder,
  PASSWORD,
  type RunOptions,
  run,
  type Server,
  says,
  send,
  signUp,
  start,
  startServer,
  until,
  within,
} from "./run-server.js";

afterEach(endAll);

const shell = promisify(execFile);

async function issuerOf({ at }: Pick<Server, "at">): Promise<unknown> {
  const mount = new URL(at).pathname.replace(/\/$/, "");
  return (await send("GET", `${at}/.well-known/latchkey.json`, { mount })).body.issuer;
}

/** The command that a server shows, as a shell runs it when it is pasted. */
async function pasteCurl(server: Server): Promise<string> {
  const command = server.stdout().slice(server.stdout().indexOf("curl "));
  const folder = newFolder();
  const { stdout } = await shell("sh", ["-c", command], { cwd: folder, env: bareEnvironment(), timeout: 10_000 });
  expect(readdirSync(folder)).toEqual([]);
  return stdout;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("latchkey serve", () => {
  it("prints where it listens, where the data is, and a curl that works when it is pasted", async () => {
    const server = await startServer();
    expect(server.stdout()).toMatch(new RegExp(`http://localhost:${server.port}$`, "m"));
    expect(server.stdout()).toContain(server.data);
    expect(server.stdout()).toContain(`Pages: http://localhost:${server.port}/ui/login\n`);
    const answer = await pasteCurl(server);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/"token":"eyJ/);
    expect(server.stderr()).toMatch(/^\{.*"event":"user\.signed_up".*\}\n$/);
  });

  it.each([
    ["ends with a slash", (port: number) => `http://localhost:${port}/`],
    ["has a path", (port: number) => `http://localhost:${port}/auth/`],
    ["is written in capitals", (port: number) => `HTTP://LOCALHOST:${port}`],
    ["holds what a shell would run", (port: number) => `http://localhost:${port}/a$(touch,x)&b;c`],
  ])("prints a curl that works where the url %s", async (_name, urlAt) => {
    const port = await freePort();
    const server = await startServer({ port, flags: ["--url", urlAt(port)] });
    expect(await pasteCurl(server)).toMatch(/^HTTP\/1\.1 201 /);
  });

  it("prints where it listens also where its url is another one", async () => {
    const server = await startServer({ flags: ["--url", "https://auth.example.com/v1"] });
    expect(await issuerOf({ at: `${server.at}/v1` })).toBe("https://auth.example.com/v1");
    expect(server.stdout()).toContain(`http://localhost:${server.port}`);
    expect(server.stdout()).toContain("Pages: https://auth.example.com/v1/ui/login\n");
    expect(await pasteCurl(server)).toMatch(/^HTTP\/1\.1 201 /);
  });

  it("makes its data at the first start, for its owner alone", async () => {
    const { data, at } = await startServer();
    await signUp({ at }, "ada");
    expect(modeOf(data)).toBe("700");
    const files = readdirSync(data).sort();
    expect(files).toEqual(["latchkey.db", "latchkey.db-shm", "latchkey.db-wal", "master.key"]);
    expect(files.map((file) => modeOf(join(data, file)))).toEqual(files.map(() => "600"));
  });

  it("keeps the master key beside a database that is named", async () => {
    const folder = newFolder();
    const port = String(await freePort());
    await says(start(["serve", "--port", port, "--database", "other/users.db"], { folder }), /"password"/);
    expect(readdirSync(join(folder, "other")).sort()).toContain("master.key");
  });

  it("tells a variable that nobody reads", async () => {
    const server = await startServer({ environment: { LATCHKEY_ORIGIN: "https://app.example.com" } });
    const line = server
      .stderr()
      .split("\n")
      .find((text) => text.includes("setting.unknown"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ event: "setting.unknown", variable: "LATCHKEY_ORIGIN" });
  });

  it("makes its data in ./data where no folder is named", async () => {
    const folder = newFolder();
    const server = start(["serve"], { folder, environment: { LATCHKEY_PORT: String(await freePort()) } });
    await says(server, /"password"/);
    expect(readdirSync(join(folder, "data"))).toContain("latchkey.db");
    expect(server.stdout()).toContain(join(folder, "data"));
  });

  it("keeps accounts and sessions over a second start", async () => {
    const first = await startServer();
    const ada = await signUp(first, "ada");
    const bob = await signUp(first, "bob");
    await send("DELETE", `${first.at}/token`, { token: bob.token });
    expect((await end(first)).code).toBe(0);

    const { data, port, at } = first;
    for (let times = 0; times < 2; times++) {
      const second = start(["serve", "--port", String(port), "--data", data]);
      expect(await until(() => askMe({ at }, ada.token).catch(() => undefined))).toBe("200");
      expect(await askMe({ at }, bob.token)).toBe("401 revoked");
      const refreshed = await send("POST", `${at}/token/refresh`, { body: { refresh_token: ada.refresh_token } });
      expect(refreshed.status).toBe(200);
      const body = { username: "ada", password: PASSWORD };
      expect((await send("POST", `${at}/token`, { body })).status).toBe(200);
      second.child.kill("SIGTERM");
      expect((await second.ended).code).toBe(0);
    }
  });
});

describe("a connection that is kept", () => {
  it("takes the next request after a body that nobody read", async () => {
    const { port } = await startServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (method: string, path: string, body?: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body ?? "") };
        const sent = request({ agent, port, host: "127.0.0.1", method, path, headers }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode));
        });
        sent.on("error", reject).end(body);
      });
    for (const path of ["/nowhere", "/me", "/nowhere"]) {
      expect(await ask("POST", path, '{"a":1}')).toBe(path === "/me" ? 405 : 404);
      expect(await ask("GET", "/health/live")).toBe(200);
    }
    agent.destroy();
  });
});

describe("the settings of latchkey serve", () => {
  it("come from the environment, each of them", async () => {
    const folder = newFolder();
    const port = await freePort();
    const server = start(["serve"], {
      folder,
      environment: {
        LATCHKEY_PORT: String(port),
        LATCHKEY_HOST: "localhost",
        LATCHKEY_DATA: join(folder, "kept here"),
        LATCHKEY_DATABASE: join(folder, "deep", "er", "users.sqlite"),
        LATCHKEY_URL: `http://localhost:${port}/auth`,
      },
    });
    await says(server, /"password"/);
    expect(await issuerOf({ at: `http://localhost:${port}/auth` })).toBe(`http://localhost:${port}/auth`);
    expect(readdirSync(join(folder, "kept here"))).toEqual(["master.key"]);
    expect(readdirSync(join(folder, "deep", "er"))).toContain("users.sqlite");
    expect(readdirSync(folder).sort()).toEqual(["deep", "kept here"]);
  });

  it("are the usual ones where a variable is empty", async () => {
    const folder = newFolder();
    const port = await freePort();
    const environment = { LATCHKEY_HOST: "", LATCHKEY_DATA: "", LATCHKEY_DATABASE: "", LATCHKEY_URL: "" };
    const server = start(["serve", "--port", String(port)], { folder, environment });
    await says(server, /"password"/);
    expect(await issuerOf({ at: `http://127.0.0.1:${port}` })).toBe(`http://localhost:${port}`);
    expect(readdirSync(join(folder, "data"))).toContain("master.key");
  });

  const folderInTheWay = () => newFolder();
  const fileInTheWay = () => {
    const path = join(newFolder(), "file");
    writeFileSync(path, "a text");
    return path;
  };
  it.each([
    ["--port", "LATCHKEY_PORT", () => "abc", async () => String(await freePort())],
    ["--host", "LATCHKEY_HOST", () => "0.0.0.0", async () => "127.0.0.1"],
    ["--data", "LATCHKEY_DATA", fileInTheWay, async () => join(newFolder(), "data")],
    ["--database", "LATCHKEY_DATABASE", folderInTheWay, async () => join(newFolder(), "users.db")],
    ["--url", "LATCHKEY_URL", () => "nowhere", async () => "https://auth.example.com"],
  ])("take %s before %s", async (flag, variable, wrong, right) => {
    const port = String(await freePort());
    const environment = { [variable]: wrong() };
    const others = flag === "--port" ? [] : ["--port", port];
    expect((await run(["serve", ...others], { environment })).code).toBe(78);
    const server = start(["serve", ...others, flag, await right()], { environment });
    await says(server, /"password"/);
  });
});

describe("a server that cannot work", () => {
  /** Runs it to its end, which is exit code 78 with one line that holds no secret and no stack. */
  async function refusalOf(flags: readonly string[], options: RunOptions = {}, secret?: string): Promise<string> {
    const port = await freePort();
    const { code, stdout, stderr } = await run(["serve", "--port", String(port), ...flags], options);
    expect({ code, stdout }, stderr).toEqual({ code: 78, stdout: "" });
    expect(stderr).toMatch(/^latchkey: .+\n$/);
    expect(stderr).not.toMatch(/\n {4}at /);
    if (secret !== undefined) expect(stderr).not.toContain(secret);
    return stderr;
  }

  /** The data of a server that has run. */
  async function usedData(options: RunOptions = {}): Promise<string> {
    const server = await startServer(options);
    await end(server);
    return server.data;
  }

  it.each(["0", "70000", "abc", "80.5", "0x50", ""])("names the port where it is %j", async (port) => {
    const { code, stderr } = await run(["serve", `--port=${port}`]);
    expect(code).toBe(78);
    expect(stderr).toMatch(/--port.*LATCHKEY_PORT/);
  });

  it.each(["0.0.0.0", "::", "auth.example.com", ""])(
    "names --url where the host is %j and there is none",
    async (host) => {
      expect(await refusalOf(["--host", host])).toMatch(/--url.*LATCHKEY_URL/);
    },
  );

  it.each(["nonsense", "ftp://auth.example.com", ""])("names the url where it is %j", async (url) => {
    expect(await refusalOf(["--url", url])).toMatch(/\burl\b/i);
  });

  it("names the url, and not the password in it", async () => {
    expect(await refusalOf(["--url", "https://ada:hunter2@auth.example.com"], {}, "hunter2")).toMatch(/\burl\b/i);
  });

  it("tells that the secret is another one than that of the database", async () => {
    const data = await usedData({ environment: { LATCHKEY_SECRET: newSecret() } });
    const other = newSecret();
    const stderr = await refusalOf(["--data", data], { environment: { LATCHKEY_SECRET: other } }, other);
    expect(stderr).toMatch(/secret/i);
    expect(existsSync(join(data, "master.key"))).toBe(false);
  });

  it("names a master.key that is missing, and makes no other", async () => {
    const data = await usedData();
    rmSync(join(data, "master.key"));
    expect(await refusalOf(["--data", data])).toContain(join(data, "master.key"));
    expect(existsSync(join(data, "master.key"))).toBe(false);
  });

  it.each([
    ["a folder", (folder: string) => folder],
    ["a file that is no database", (folder: string) => writtenTo(join(folder, "text"))],
    ["below a file", (folder: string) => join(writtenTo(join(folder, "text")), "users.db")],
  ])("names a database that is %s", async (_name, pathIn) => {
    const path = pathIn(newFolder());
    expect(await refusalOf(["--database", path])).toContain(path);
  });

  it("tells that a postgres url is no path, and not the password in it", async () => {
    const stderr = await refusalOf(["--database", "postgres://ada:hunter2@127.0.0.1/latchkey"], {}, "hunter2");
    expect(stderr).toMatch(/database/);
  });

  function writtenTo(path: string): string {
    writeFileSync(
      path,
      "This is a text, and a rather long one, so that it is longer than the header of a database is.",
    );
    return path;
  }
});

describe("the latchkey command", () => {
  it.each([
    [["bogus"], "bogus"],
    [["serve", "--bogus"], "--bogus"],
    [["serve", "surplus"], "arguments"],
    [["token", "bogus"], "bogus"],
    [["token", "explain", "a.b.c", "d.e.f"], "arguments"],
    [["token", "explain", "--profile", "saml", "a.b.c"], "saml"],
    [[], "Usage"],
    [["token"], "Usage"],
  ])("answers %j with exit code 2 and what is wrong", async (parameters, complaint) => {
    const folder = newFolder();
    const { code, stdout, stderr } = await run(parameters, { folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(complaint);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([[["--help"]], [["serve", "--help"]], [["token", "explain", "--help"]]])(
    "shows its usage and an example for %j",
    async (parameters) => {
      const { code, stdout, stderr } = await run(parameters);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^Usage: latchkey/);
      expect(stdout).toMatch(/Examples?:\n +\S*\s*latchkey \S/);
    },
  );

  it("names every setting of the server with its variable in the help", async () => {
    const { stdout } = await run(["serve", "--help"]);
    for (const name of ["port", "host", "database", "data", "url"]) {
      expect(stdout).toMatch(new RegExp(`--${name} <[\\s\\S]*?\\(LATCHKEY_${name.toUpperCase()};`));
    }
  });

  it.each(["--version", "-V"])("tells its version for %s", async (flag) => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await run([flag])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
  });

  it("tells that the port is in use and ends with exit code 1", async () => {
    const { port } = await startServer();
    const { code, stdout, stderr } = await run(["serve", "--port", String(port)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^latchkey: The port ${port} is taken: .*--port\\.\n$`));
  });
});

describe("the end of a server", () => {
  interface Held {
    readonly socket: Socket;
    /** Sends what is missing of the request and gives the whole answer. */
    finish(): Promise<string>;
  }

  /** A log-in whose body has not come to its end: the server has read its header, and says so. */
  async function holdLogIn({ port }: Server, connection: "close" | "keep-alive"): Promise<Held> {
    const body = JSON.stringify({ username: "ada", password: PASSWORD });
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.on("error", () => {});
    let answer = "";
    socket.on("data", (text: string) => {
      answer += text;
    });
    const head = ["POST /token HTTP/1.1", `Host: 127.0.0.1:${port}`, `Connection: ${connection}`];
    const rest = ["Content-Type: application/json", `Content-Length: ${body.length}`, "Expect: 100-continue"];
    socket.write(`${[...head, ...rest].join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
    await until(() => (answer.startsWith("HTTP/1.1 100 ") ? true : undefined));
    return {
      socket,
      async finish() {
        answer = "";
        const closed = once(socket, "close");
        socket.write(body.slice(10));
        const complaint = () => `The connection was not closed after: ${answer}`;
        await within(15_000, closed, complaint);
        return answer;
      },
    };
  }

  /** Whether `/health/ready` says so; `undefined` where nobody listens. */
  async function isReady({ at }: Server): Promise<boolean | undefined> {
    const headers = { connection: "close" };
    const answer = await send("GET", `${at}/health/ready`, { headers }).catch(() => undefined);
    if (answer !== undefined) expect([200, 503]).toContain(answer.status);
    return answer && answer.status === 200;
  }

  /** Waits until the server is not ready: 503, or nobody there. */
  async function untilNotReady(server: Server): Promise<void> {
    await until(async () => ((await isReady(server)) === true ? undefined : true), 1000);
  }

  async function untilNobodyThere(server: Server): Promise<void> {
    await until(async () => ((await isReady(server)) === undefined ? true : undefined), 3000);
  }

  it.each(["SIGTERM", "SIGINT"] as const)(
    "on %s is not ready any more, answers what is in flight, and has exit code 0",
    async (signal) => {
      const server = await startServer();
      await signUp(server, "ada");
      expect((await send("GET", `${server.at}/health/ready`)).status).toBe(200);
      const held = await holdLogIn(server, "close");
      server.child.kill(signal);
      await untilNotReady(server);
      await untilNobodyThere(server);
      expect(await held.finish()).toMatch(/^HTTP\/1\.1 200 .*"refresh_token":"lkr_/s);
      expect(await within(3000, server.ended, () => "It goes on.")).toMatchObject({ code: 0, signal: null });
    },
  );

  it("answers every log-in that waits for its hash, and each of the sessions is kept", async () => {
    const server = await startServer();
    await signUp(server, "ada");
    const held = await Promise.all(Array.from({ length: 12 }, () => holdLogIn(server, "close")));
    const answers = held.map(({ finish }) => finish());
    await Promise.race(answers);
    server.child.kill("SIGTERM");
    const texts = await Promise.all(answers);
    expect(texts.map((text) => text.slice(0, 12))).toEqual(texts.map(() => "HTTP/1.1 200"));
    expect(await within(3000, server.ended, () => "It goes on.")).toMatchObject({ code: 0, signal: null });
    const again = await startServer({ data: server.data });
    for (const text of texts) {
      const { refresh_token } = JSON.parse(text.slice(text.indexOf("\r\n\r\n{") + 4)) as Granted;
      expect((await send("POST", `${again.at}/token/refresh`, { body: { refresh_token } })).status).toBe(200);
    }
  });

  it("does not wait for connections that are kept alive, nor serve what is asked on them later", async () => {
    const server = await startServer();
    await signUp(server, "ada");
    const held = await holdLogIn(server, "keep-alive");
    server.child.kill("SIGTERM");
    await untilNotReady(server);
    const asked = performance.now();
    expect(await held.finish()).toMatch(/^HTTP\/1\.1 200 .*\r\nconnection: close\r\n/is);
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(3000);
  });

  it("does not wait for idle connections", async () => {
    const server = await startServer();
    const agent = new Agent({ keepAlive: true });
    const idle = request(`${server.at}/health/live`, { agent }).end();
    const [response] = await once(idle, "response");
    response.resume();
    await once(response, "end");
    const asked = performance.now();
    expect(await end(server)).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(3000);
    agent.destroy();
  });

  it("does not wait for connections on which nothing was ever asked", async () => {
    const server = await startServer();
    const silent = connect(server.port, "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    await send("GET", `${server.at}/health/live`);
    const asked = performance.now();
    expect(await end(server)).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(3000);
    silent.destroy();
  });

  it("comes at once on the second signal", async () => {
    const server = await startServer();
    await signUp(server, "ada");
    const held = await holdLogIn(server, "close");
    server.child.kill("SIGTERM");
    await untilNotReady(server);
    expect(server.child.exitCode).toBeNull();
    const asked = performance.now();
    const { code, signal } = await end(server, "SIGTERM");
    expect(performance.now() - asked).toBeLessThan(1000);
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    held.socket.destroy();
  });

  it.each(["stdout", "stderr"] as const)("does not come because nobody reads %s any more", async (stream) => {
    const server = await startServer();
    server.child[stream]?.destroy();
    const ada = await signUp(server, "ada");
    await send("POST", `${server.at}/token`, { body: { username: "ada", password: "five wild geese at noon" } });
    expect(await askMe(server, ada.token)).toBe("200");
    expect((await end(server)).code).toBe(0);
  });
});

describe("the events on standard error", () => {
  /** Every event that a server wrote; each must be one JSON line. */
  function eventsOf({ stderr }: Pick<Ended, "stderr">): Record<string, unknown>[] {
    const lines = stderr.split("\n");
    expect(lines.pop()).toBe("");
    return lines.map((line) => {
      const event = JSON.parse(line);
      expect(event).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        event: expect.any(String),
      });
      return event;
    });
  }

  /** Sends bytes as they are, hangs up after the first answer, and gives its status. */
  async function sendRaw({ port }: Server, text: string): Promise<number> {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    const answer = once(socket, "data");
    socket.write(text, "latin1");
    const [first] = await within(5000, answer, () => `No answer to ${JSON.stringify(text)}`);
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(String(first))?.[1]);
  }

  it("are one JSON line each and hold no password and no token", async () => {
    const server = await startServer();
    const ada = await signUp(server, "ada");
    const { at } = server;
    const wrong = "three white swans at noon";
    const logIn = (password: string, username = "ada") =>
      send<Granted>("POST", `${at}/token`, { body: { username, password } });
    const refresh = (refresh_token: string) =>
      send<Granted>("POST", `${at}/token/refresh`, { body: { refresh_token } });
    await logIn(wrong);
    await logIn(wrong, "nobody");
    const again = (await logIn(PASSWORD)).body;
    const first = (await refresh(again.refresh_token)).body;
    const second = (await refresh(first.refresh_token)).body;
    expect((await refresh(again.refresh_token)).status).toBe(401);
    await askMe(server, `${ada.token}x`);
    await send("DELETE", `${at}/token`, { token: ada.token });
    await askMe(server, ada.token);
    const origin = { origin: `http://localhost:${server.port}` };
    const body = { username: "ada", password: PASSWORD, transport: "cookie" };
    const cookie = (await send("POST", `${at}/token`, { body, headers: origin })).headers.get("set-cookie") ?? "";
    expect(cookie).toContain("lkr_");
    await send("POST", `${at}/token`, { body: { username: PASSWORD, password: "ada" } });
    const ended = await end(server);

    expect(eventsOf(ended).map(({ event }) => event)).toEqual([
      "user.signed_up",
      "user.log_in_failed",
      "user.log_in_failed",
      "user.logged_in",
      "session.replayed",
      "user.logged_out",
      "user.logged_in",
      "user.log_in_failed",
    ]);
    const grants = [ada, again, first, second];
    const secrets = [
      PASSWORD,
      wrong,
      ...grants.flatMap(({ token, refresh_token }) => [...token.split("."), refresh_token]),
      ...grants.map(({ refresh_token }) => refresh_token.slice(-22)),
      ...(/lkr_[^;]+/.exec(cookie) ?? []),
      readFileSync(join(server.data, "master.key"), "utf8").trim(),
    ];
    for (const secret of secrets) {
      expect(ended.stderr).not.toContain(secret);
      if (secret !== PASSWORD) expect(ended.stdout).not.toContain(secret);
    }
  });

  it("are none for what is no HTTP, and for clients that hang up in the middle", async () => {
    const server = await startServer();
    const hostile = [
      "garbage\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
      "GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET //\\ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
      "TRACE /me HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /me HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      `GET /me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${"a".repeat(20_000)}\r\n\r\n`,
    ];
    for (const text of hostile) {
      const status = await sendRaw(server, text);
      expect([400, 401, 404, 405, 431], JSON.stringify(text.slice(0, 60))).toContain(status);
    }
    const head = "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
    expect(await sendRaw(server, `${head}Content-Length: 100\r\n\r\n{"us`)).toBe(100);
    expect(await sendRaw(server, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"use`)).toBe(100);
    expect((await send("GET", `${server.at}/health/ready`)).status).toBe(200);
    const ended = await end(server);
    expect(eventsOf(ended).map(({ event }) => event)).toEqual([]);
  });
});
