import { expect, it } from "vitest";
import { logOut } from "../../dist/accounts/log-out.js";
import { openParts } from "./account-parts.js";

it("a log-out hands on what is no refusal of its token", async () => {
  const parts = await openParts();
  const broken = new RangeError("broken");
  const logOutVerifier = {
    ...parts.logOutVerifier,
    verifySync: () => {
      throw broken;
    },
  };
  await expect(logOut({ ...parts, logOutVerifier }, { accessToken: "a.b.c" })).rejects.toBe(broken);
  await logOut(parts, { accessToken: "a.b.c" });
});
