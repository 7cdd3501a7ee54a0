import { describe, expect, it } from "vitest";
import { createWaitingLine } from "../../dist/limits/waiting-line.js";

/** A line, and acts that wait in it until they are told to end. */
function openLine() {
  const line = createWaitingLine();
  const underWay: (() => void)[] = [];
  const enter = (key = "ada") =>
    line.run(key, () => new Promise<string>((resolve) => underWay.push(() => resolve("done"))));
  return { line, underWay, enter };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the line before the check of a password", () => {
  it("lets ten of one key through, and the next as each of them ends", async () => {
    const { underWay, enter } = openLine();
    const answers = Array.from({ length: 25 }, () => enter());
    await settled();
    expect(underWay).toHaveLength(10);
    underWay.shift()?.();
    await settled();
    expect(underWay).toHaveLength(10);
    for (let turn = 0; turn < 25; turn++) {
      underWay.shift()?.();
      await settled();
    }
    expect(await Promise.all(answers)).toEqual(answers.map(() => "done"));
  });

  it("keeps nobody of another key waiting", async () => {
    const { underWay, enter } = openLine();
    for (let count = 0; count < 30; count++) void enter("ada");
    void enter("berta");
    await settled();
    expect(underWay).toHaveLength(11);
  });

  it("goes on after an act that fails", async () => {
    const { line } = openLine();
    const answers = Array.from({ length: 30 }, () => line.run("ada", () => Promise.reject(new Error("no"))));
    for (const { status } of await Promise.allSettled(answers)) expect(status).toBe("rejected");
    expect(await line.run("ada", async () => "yes")).toBe("yes");
  });

  it("refuses who would be the 1,001st to wait, whatever the key", async () => {
    const { line, enter } = openLine();
    for (let count = 0; count < 1010; count++) void enter();
    for (let count = 0; count < 10; count++) void enter("berta");
    await expect(enter("berta")).rejects.toMatchObject({ code: "rate_limited", retryAfter: 1 });
    expect(await line.run("cleo", async () => "yes")).toBe("yes");
  });
});
