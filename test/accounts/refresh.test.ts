import { describe, expect, it } from "vitest";
import type { AccountParts } from "../../dist/accounts/account-parts.js";
import { refresh } from "../../dist/accounts/refresh.js";
import { signUp } from "../../dist/accounts/sign-up.js";
import type { SessionStore } from "../../dist/store/store.js";
import { deriveRefreshToken, readRefreshToken } from "../../dist/tokens/refresh-token.js";
import { openParts } from "./account-parts.js";

const INVALID = { name: "AuthError", code: "invalid_grant" };
const PASSWORD = "seven wild geese at dawn";
const parts = await openParts();

let users = 0;
async function begin(): Promise<{ refreshToken: string; session: string }> {
  const { refreshToken } = await signUp(parts, { username: `user ${users++}`, password: PASSWORD }, {});
  return { refreshToken, session: readRefreshToken(refreshToken)?.session ?? "" };
}

/** The same parts, with acts of sessions that do something else. */
function withSessions(acts: Partial<SessionStore>): AccountParts {
  return { ...parts, store: { ...parts.store, sessions: { ...parts.store.sessions, ...acts } } };
}

describe("a refresh", () => {
  it("writes once, where nobody else refreshes", async () => {
    const { refreshToken } = await begin();
    const writes: string[] = [];
    const { rotate, noteAccess } = parts.store.sessions;
    const watched = withSessions({
      rotate(...given) {
        writes.push("rotate");
        return rotate(...given);
      },
      noteAccess(...given) {
        writes.push("noteAccess");
        return noteAccess(...given);
      },
    });
    const grant = await refresh(watched, { refreshToken }, {});
    expect(readRefreshToken(grant.refreshToken)?.generation).toBe(1);
    expect(writes).toEqual(["rotate"]);
    expect(await refresh(watched, { refreshToken }, {})).toMatchObject({ refreshToken: grant.refreshToken });
    expect(writes).toEqual(["rotate", "noteAccess"]);
  });

  it("gives nothing for a session that ends right before its rotation, or before it is minted for again", async () => {
    const [fresh, used] = [await begin(), await begin()];
    await refresh(parts, { refreshToken: used.refreshToken }, {});
    const { rotate, noteAccess, end } = parts.store.sessions;
    const ending = withSessions({
      async rotate(id, from, next) {
        await end(id, "log_out");
        return rotate(id, from, next);
      },
      async noteAccess(id, next) {
        await end(id, "log_out");
        return noteAccess(id, next);
      },
    });
    for (const { refreshToken } of [fresh, used]) {
      await expect(refresh(ending, { refreshToken }, {})).rejects.toMatchObject(INVALID);
    }
  });

  it("that another one outruns again and again is refused after five turns, and the session goes on", async () => {
    const { refreshToken } = await begin();
    let turns = 0;
    const outrun = withSessions({
      rotate: async () => {
        turns += 1;
        return undefined;
      },
    });
    await expect(refresh(outrun, { refreshToken }, {})).rejects.toMatchObject(INVALID);
    expect(turns).toBe(5);
    expect((await refresh(parts, { refreshToken }, {})).expiresIn).toBe(600);
  });

  it("is refused with a token of a key that is nowhere, after one look for it", async () => {
    const { session } = await begin();
    const binding = { dataKey: new Uint8Array(32), epoch: parts.epoch, nonce: "nonce" };
    const refreshToken = deriveRefreshToken({ keyId: 1, session, generation: 0 }, binding);
    let looks = 0;
    const looking = { ...parts, look: async () => void looks++ };
    await expect(refresh(looking, { refreshToken }, {})).rejects.toMatchObject(INVALID);
    expect(looks).toBe(1);
  });

  it("looks for nothing where the key of the token is known", async () => {
    const { refreshToken } = await begin();
    let looks = 0;
    await refresh({ ...parts, look: async () => void looks++ }, { refreshToken }, {});
    expect(looks).toBe(0);
  });
});
