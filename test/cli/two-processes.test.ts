import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { askMe, endAll, type Granted, newFolder, type Server, send, signUp, startServer, until } from "./run-server.js";

afterEach(endAll);

const URL_OF_BOTH = "http://localhost:4000";

async function startTwo(): Promise<readonly [Server, Server]> {
  const data = join(newFolder(), "data");
  const first = await startServer({ data, flags: ["--url", URL_OF_BOTH] });
  return [first, await startServer({ data, flags: ["--url", URL_OF_BOTH] })];
}

function refresh({ at }: Server, refresh_token: string) {
  return send<Granted & { code?: string }>("POST", `${at}/token/refresh`, { body: { refresh_token } });
}

async function logOut({ at }: Server, token: string): Promise<void> {
  const { status } = await send("DELETE", `${at}/token`, { token });
  expect(status).toBe(204);
}

describe("two servers on one data folder", () => {
  it("refuse a logged-out token: the one at the very next request, the other within 250 ms", async () => {
    const [first, second] = await startTwo();
    const times: number[] = [];
    while (times.length < 3 && !times.some((time) => time <= 250)) {
      const { token } = await signUp(first, `ada-${times.length}`);
      expect(await askMe(second, token)).toBe("200");
      await logOut(first, token);
      const ended = performance.now();
      expect(await askMe(first, token)).toBe("401 revoked");
      await until(async () => ((await askMe(second, token)) === "401 revoked" ? true : undefined), 5000, 10);
      times.push(performance.now() - ended);
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(250);
  });

  it("refuse it the other way round too, also when many log out at once", async () => {
    const [first, second] = await startTwo();
    const grants = await Promise.all(Array.from({ length: 12 }, (_, index) => signUp(first, `user-${index}`)));
    await Promise.all(grants.map(({ token }, index) => logOut(index % 2 === 0 ? first : second, token)));
    for (const [index, { token }] of grants.entries()) {
      expect(await askMe(index % 2 === 0 ? first : second, token)).toBe("401 revoked");
    }
    for (const server of [first, second]) {
      for (const { token } of grants) {
        await until(async () => ((await askMe(server, token)) === "401 revoked" ? true : undefined), 2000);
      }
    }
  });

  it("give 100 parallel refreshes of one token one successor, which is good on both", async () => {
    const [first, second] = await startTwo();
    const { refresh_token } = await signUp(first, "ada");
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => refresh(index % 2 === 0 ? first : second, refresh_token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [successor, ...others] = new Set(answers.map(({ body }) => body.refresh_token));
    expect(others).toEqual([]);
    expect(successor).not.toBe(refresh_token);
    for (const { body } of answers.slice(0, 4)) {
      expect(await askMe(first, body.token)).toBe("200");
      expect(await askMe(second, body.token)).toBe("200");
    }
    expect((await refresh(second, successor as string)).status).toBe(200);
  });

  it("end a session for both when an old refresh token is used again", async () => {
    const [first, second] = await startTwo();
    const zeroth = await signUp(first, "ada");
    const next = (await refresh(first, zeroth.refresh_token)).body;
    const last = (await refresh(second, next.refresh_token)).body;
    expect(await refresh(second, zeroth.refresh_token)).toMatchObject({ status: 401, body: { code: "invalid_grant" } });
    expect((await refresh(first, last.refresh_token)).status).toBe(401);
    for (const server of [first, second]) {
      await until(async () => ((await askMe(server, last.token)) === "401 revoked" ? true : undefined), 2000);
    }
  });

  it("leave no living successor when a refresh meets a log-out", async () => {
    const [first, second] = await startTwo();
    const outcomes = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const grant = await signUp(first, `user-${round}`);
      const refreshes = [first, second, first, second].map(async (server, index) => {
        await sleep((index * round) / 8);
        return refresh(server, grant.refresh_token);
      });
      const [answers] = await Promise.all([
        Promise.all(refreshes),
        sleep(round / 4).then(() => logOut(round % 2 === 0 ? first : second, grant.token)),
      ]);
      for (const { status } of answers) outcomes.add(status);
      const won = answers.filter(({ status }) => status === 200).map(({ body }) => body);
      for (const { refresh_token } of [grant, ...won]) {
        expect((await refresh(first, refresh_token)).status).toBe(401);
        expect((await refresh(second, refresh_token)).status).toBe(401);
      }
      for (const { token } of [grant, ...won]) {
        for (const server of [first, second]) {
          await until(async () => ((await askMe(server, token)) === "401 revoked" ? true : undefined), 2000);
        }
      }
    }
    expect([...outcomes].filter((status) => status !== 200 && status !== 401)).toEqual([]);
  });
});
