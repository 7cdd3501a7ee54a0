import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { open, SERVER, USER } from "./open-client.js";

const TOKENS = { token: "e30.e30.x", expires_in: 600, user: USER };
const CREDENTIALS = { username: "ada", password: "seven wild geese at dawn" };

describe.each([
  ["there is no localStorage", () => undefined],
  [
    "localStorage is forbidden",
    () => {
      throw new DOMException("The user forbids it.", "SecurityError");
    },
  ],
])("where %s", (_where, get) => {
  beforeEach(() => vi.stubGlobal("window", Object.defineProperty({ BroadcastChannel }, "localStorage", { get })));
  afterEach(() => vi.unstubAllGlobals());

  /** A tab in which nobody is logged in; `answer` lets the server answer its log-in. */
  async function openTab() {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const asked = vi.fn(async () => {
      await answered;
      return Response.json(TOKENS);
    });
    const { client } = open({
      transport: "cookie",
      fetch: async (input) => (String(input) === `${SERVER}/token` ? asked() : new Response(null, { status: 204 })),
    });
    await client.ready;
    return { client, asked, answer };
  }

  it("a tab begins when the one before it is done", async () => {
    const [one, other] = [await openTab(), await openTab()];
    const first = one.client.logIn(CREDENTIALS);
    await expect.poll(() => one.asked).toHaveBeenCalled();
    const second = other.client.logIn(CREDENTIALS);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(other.asked).not.toHaveBeenCalled();
    other.answer();
    one.answer();
    expect([await first, await second]).toEqual([USER, USER]);
  });

  it("nobody waits for a tab that was closed", async () => {
    const [one, other] = [await openTab(), await openTab()];
    const first = one.client.logIn(CREDENTIALS);
    await expect.poll(() => one.asked).toHaveBeenCalled();
    one.client.close();
    other.answer();
    expect(await other.client.logIn(CREDENTIALS)).toEqual(USER);
    one.answer();
    await first;
    // Its mark alone would run out after 15.
  }, 10_000);
});
