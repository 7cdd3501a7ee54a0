import { describe, expect, it } from "vitest";
import { openParts } from "./account-parts.js";

const SUBJECT = "0190f3c4-0000-7000-8000-000000000000";

async function open() {
  const { keys, issuer, verifier } = await openParts();
  const mint = () => issuer.mint({ sub: SUBJECT });
  const rotate = async () => {
    await keys.rotate({ now: true });
    await expect.poll(() => keys.views().filter(({ state }) => state === "next")).toEqual([]);
  };
  return { keys, verifier, mint, rotate };
}

describe("what verifies with the keys of the server", () => {
  it("remembers what it has verified until the keys are others", async () => {
    const { keys, verifier, mint, rotate } = await open();
    verifier.verifySync(mint());
    await keys.reload();
    await keys.tend();
    expect(verifier.cached).toBe(1);
    await rotate();
    expect(verifier.cached).toBe(0);
  });

  it("knows the successor of a key that was revoked beside another one", async () => {
    const { keys, verifier, mint, rotate } = await open();
    const first = mint();
    await rotate();
    const second = mint();
    const current = keys.views().find(({ purpose, state }) => purpose === "access" && state === "current");
    await keys.revoke(current?.kid ?? "");
    expect(verifier.verifySync(mint()).sub).toBe(SUBJECT);
    expect(verifier.verifySync(first).sub).toBe(SUBJECT);
    expect(() => verifier.verifySync(second)).toThrow(expect.objectContaining({ code: "invalid_token" }));
  });

  it("goes on with what it has where none of the keys in the database can be opened any more", async () => {
    const { store, keys, verifier, issuer } = await openParts();
    const token = issuer.mint({ sub: SUBJECT });
    const rows = await store.keys.list();
    const others = rows.map((row, index) => ({ ...row, kid: `0000000${index}`, sealed: "nothing" }));
    expect(await store.keys.replace(rows, others)).toBe(true);
    await keys.reload();
    expect(keys.verifying).toEqual([]);
    expect(verifier.verifySync(token).sub).toBe(SUBJECT);
  });
});
