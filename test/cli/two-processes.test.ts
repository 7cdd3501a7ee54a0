import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { askMe, endAll, newFolder, type Server, send, signUp, startServer, until } from "./run-server.js";

afterEach(endAll);

const URL_OF_BOTH = "http://localhost:4000";

async function startTwo(): Promise<readonly [Server, Server]> {
  const data = join(newFolder(), "data");
  const first = await startServer({ data, flags: ["--url", URL_OF_BOTH] });
  return [first, await startServer({ data, flags: ["--url", URL_OF_BOTH] })];
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
});
