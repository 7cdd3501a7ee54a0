import { join } from "node:path";
import { hashSync } from "@node-rs/argon2";
import type { AuthServer, Grant } from "latchkey";
import { afterAll, describe, expect, it } from "vitest";
import { openFar } from "./far-auth.js";
import { askMe, endAll, type Granted, PASSWORD, send, startServer, until } from "./run-server.js";

const NEW = "eight tame geese at dusk";
const URL_OF_BOTH = "http://localhost:4000";

// A server and an auth, each in a process of its own, on one database.
const server = await startServer({ flags: ["--url", URL_OF_BOTH] });
const far = await openFar(join(server.data, "latchkey.db"), URL_OF_BOTH);
afterAll(async () => {
  far.child.kill("SIGKILL");
  await endAll();
});

/** The tokens of one session, whichever process it began in. */
interface Tokens {
  readonly userId: string;
  readonly token: string;
  readonly refreshToken: string;
}

const codeOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The two processes, with the same words: each answers with tokens, or with the code of its refusal. */
const places = {
  server: {
    logIn: (username: string, password: string) => ask("/token", { username, password }),
    refresh: ({ refreshToken }: Tokens) => ask("/token/refresh", { refresh_token: refreshToken }),
    check: async ({ token }: Tokens) => (await askMe(server, token)).replace(/^401 /, ""),
  },
  far: {
    logIn: (username: string, password: string) =>
      far.call<Grant>("logIn", { username, password }).catch(codeOf) as Promise<Tokens | string>,
    refresh: ({ refreshToken }: Tokens) =>
      far.call<Grant>("refresh", { refreshToken }).catch(codeOf) as Promise<Tokens | string>,
    check: ({ token }: Tokens) =>
      far.call<ReturnType<AuthServer["verifySync"]>>("verifySync", token).then(() => "200", codeOf),
  },
};
const everywhere = [places.server, places.far];

async function ask(path: string, body: object): Promise<Tokens | string> {
  const answer = await send<Granted & { code: string }>("POST", server.at + path, { body });
  const { user_id, token, refresh_token, code } = answer.body;
  return answer.status === 200 ? { userId: user_id, token, refreshToken: refresh_token } : code;
}

const tokensIn = (answers: readonly (Tokens | string)[]) => answers.filter((answer) => typeof answer !== "string");
const codesIn = (answers: readonly (Tokens | string)[]) => answers.filter((answer) => typeof answer === "string");

async function granted(answer: Promise<Tokens | string>): Promise<Tokens> {
  const tokens = await answer;
  if (typeof tokens === "string") throw new Error(`There are no tokens: ${tokens}`);
  return tokens;
}

let users = 0;
/** A user with a hash of an older cost, which the first log-in replaces, or one of today's. */
async function newUser(age: "old" | "new", roles: readonly string[] = []): Promise<{ username: string; id: string }> {
  const username = `user-${users++}`;
  const cost = age === "old" ? { memoryCost: 8192, timeCost: 1 } : { memoryCost: 19_456, timeCost: 2 };
  const hash = hashSync(PASSWORD, { ...cost, parallelism: 1 });
  await far.call("users.import", [{ username, hash, roles }]);
  const { id } = await far.call<{ id: string }>("users.find", username);
  return { username, id };
}

const living = (id: string) => far.call<readonly { id: string }[]>("sessions.list", id);

const isRefusedSoon = (tokens: Tokens) =>
  until(async () => ((await places.server.check(tokens)) === "revoked" ? true : undefined), 5000);

const lags: number[] = [];
/** How long the server, where the act was not made, goes on accepting a token. */
async function noteLag(tokens: Tokens): Promise<void> {
  const acknowledged = performance.now();
  await isRefusedSoon(tokens);
  lags.push(performance.now() - acknowledged);
}

/** That tokens are refused: where the act was acknowledged, now, and in the other process soon; no refresh token is good in either. */
async function expectEnded(sessions: readonly Tokens[]): Promise<void> {
  const verdicts = await Promise.all(sessions.map(places.far.check));
  expect(verdicts).toEqual(sessions.map(() => "revoked"));
  await Promise.all(sessions.map(isRefusedSoon));
  const answers = everywhere.flatMap(({ refresh }) => sessions.map(refresh));
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["invalid_grant"]));
}

/** Two in each process who log in again and again until they are refused; when each has begun a session, and all that they were answered. */
function loggingIn(username: string) {
  return [...everywhere, ...everywhere].map(({ logIn }) => {
    const first = logIn(username, PASSWORD);
    const loop = async () => {
      const answers = [await first];
      while (typeof answers.at(-1) !== "string" && answers.length < 100) answers.push(await logIn(username, PASSWORD));
      return answers;
    };
    return { begun: first, ended: loop() };
  });
}

/** Refreshes one session again and again until the act is done and once more, and answers with all that was granted. */
async function refreshing(first: Tokens, place: (typeof everywhere)[number], isDone: () => boolean): Promise<Tokens[]> {
  const all = [first];
  let last = first;
  for (let turn = 0; turn < 200; turn++) {
    const isLast = isDone();
    const answer = await place.refresh(last);
    if (typeof answer === "string") break;
    all.push(answer);
    last = answer;
    if (isLast) break;
  }
  return all;
}

/** Sessions in both processes that are refreshed without pause while the act goes on; answers with every token of theirs. */
async function whileRefreshing(username: string, act: () => Promise<unknown>) {
  const first = await Promise.all(
    [0, 1, 0, 1].map((place) => granted((everywhere[place] ?? places.far).logIn(username, PASSWORD))),
  );
  let done = false;
  const chains = first.map((tokens, index) => refreshing(tokens, everywhere[index % 2] ?? places.far, () => done));
  // Each chain has moved once, so the act comes in the middle of them.
  await granted(places.server.logIn(username, PASSWORD));
  await act();
  const lag = noteLag(first[0] as Tokens);
  const atOnce = await places.far.check(first[0] as Tokens);
  done = true;
  await lag;
  return { chains: await Promise.all(chains), atOnce };
}

const rolesOf = ({ token }: Tokens) =>
  (JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { roles: readonly string[] }).roles;

describe("two processes on one database", () => {
  it.each([
    ["that an administrator sets", (id: string) => far.call("users.setPassword", id, NEW)],
    [
      "that the user changes",
      async (id: string) => {
        const sessionId = "0190f3c4-0000-7000-8000-000000000000";
        await far.call("changePassword", { userId: id, sessionId, currentPassword: PASSWORD, newPassword: NEW });
      },
    ],
  ])("let no session live that began with the password before the one %s", async (_what, change) => {
    for (let round = 0; round < 6; round++) {
      const { username, id } = await newUser("new");
      const before = await granted(places.server.logIn(username, PASSWORD));
      const loops = loggingIn(username);
      // Every other round all of them have begun a session already.
      if (round % 2 === 1) await Promise.all(loops.map(({ begun }) => begun));
      await change(id);
      await noteLag(before);
      const answers = (await Promise.all(loops.map(({ ended }) => ended))).flat();
      expect(await living(id)).toEqual([]);
      expect(codesIn(answers)).toEqual(loops.map(() => "invalid_credentials"));
      await expectEnded([before, ...tokensIn(answers)]);
      expect(await places.server.logIn(username, PASSWORD)).toBe("invalid_credentials");
      await granted(places.server.logIn(username, NEW));
    }
  });

  it("let no session live that began while its user was disabled", async () => {
    for (let round = 0; round < 6; round++) {
      const { username, id } = await newUser("new");
      const before = await granted(places.server.logIn(username, PASSWORD));
      const loops = loggingIn(username);
      if (round % 2 === 1) await Promise.race(loops.map(({ begun }) => begun));
      await far.call("users.disable", id);
      await noteLag(before);
      const answers = (await Promise.all(loops.map(({ ended }) => ended))).flat();
      expect(await living(id)).toEqual([]);
      expect(codesIn(answers)).toEqual(loops.map(() => "account_disabled"));
      await expectEnded([before, ...tokensIn(answers)]);
    }
  });

  it.each([
    ["disabled", (id: string) => far.call("users.disable", id)],
    ["deleted", (id: string) => far.call("users.delete", id)],
    ["logged out everywhere", (id: string) => far.call("sessions.endAll", id)],
  ])("let no refresh outlive that its user is %s", async (_what, act) => {
    for (let round = 0; round < 3; round++) {
      const { username, id } = await newUser("new");
      const { chains, atOnce } = await whileRefreshing(username, () => act(id));
      expect(atOnce).toBe("revoked");
      expect(chains.flat().length).toBeGreaterThan(chains.length);
      await expectEnded(chains.flatMap((chain) => chain.slice(-2)));
      const verdicts = everywhere.flatMap(({ check }) => chains.flat().map(check));
      expect(new Set(await Promise.all(verdicts))).toEqual(new Set(["revoked"]));
    }
  });

  it("accept no token with a role that was taken away, and the sessions go on without it", async () => {
    for (let round = 0; round < 5; round++) {
      const { username, id } = await newUser("new", ["admin", "reader"]);
      const act = () => far.call("users.setRoles", id, ["reader"]);
      const { chains, atOnce } = await whileRefreshing(username, act);
      expect(atOnce).toBe("revoked");
      const all = chains.flat();
      const withRole = all.filter((tokens) => rolesOf(tokens).includes("admin"));
      const without = all.filter((tokens) => !rolesOf(tokens).includes("admin"));
      expect(withRole.length).toBeGreaterThan(chains.length);
      const verdicts = await Promise.all(withRole.map(places.far.check));
      expect(verdicts).toEqual(withRole.map(() => "revoked"));
      await Promise.all(withRole.map(isRefusedSoon));
      for (const { check } of everywhere) {
        expect(await Promise.all(without.map(check))).toEqual(without.map(() => "200"));
      }
      for (const chain of chains) {
        const successor = await granted(places.server.refresh(chain.at(-1) as Tokens));
        expect(rolesOf(successor)).toEqual(["reader"]);
        for (const place of everywhere) expect(await place.check(successor)).toBe("200");
      }
    }
  });

  it("never put a hash of the old password in the place of a new one", async () => {
    for (let round = 0; round < 12; round++) {
      const { username, id } = await newUser("old");
      const logIns = () => everywhere.map(({ logIn }) => logIn(username, PASSWORD));
      const early = round % 2 === 0 ? logIns() : [];
      const given = { userId: id, sessionId: id, currentPassword: PASSWORD, newPassword: NEW };
      const changing = round % 4 < 2 ? far.call("users.setPassword", id, NEW) : far.call("changePassword", given);
      const late = round % 2 === 1 ? logIns() : [];
      await changing;
      const answers = await Promise.all([...early, ...late]);
      await granted(places.far.logIn(username, NEW));
      expect(await places.server.logIn(username, PASSWORD)).toBe("invalid_credentials");
      for (const tokens of tokensIn(answers)) expect(await places.server.refresh(tokens)).toBe("invalid_grant");
    }
  });

  it("have refused in the one what ended in the other within 250 ms", () => {
    expect(lags.length).toBeGreaterThan(15);
    expect(lags.toSorted((one, two) => one - two)[lags.length >> 1]).toBeLessThanOrEqual(250);
  });
});
