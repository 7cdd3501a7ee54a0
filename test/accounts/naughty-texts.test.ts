import { describe, expect, it } from "vitest";
import { requireEmail } from "../../dist/accounts/email.js";
import { signUp } from "../../dist/accounts/sign-up.js";
import { requireUsername } from "../../dist/accounts/username.js";
import { openParts } from "./account-parts.js";
import { FORBIDDEN, NAUGHTY } from "./naughty-texts.js";

const PASSWORD = "seven wild geese at dawn";
const real = await openParts();
const hash = await real.passwords.hash(PASSWORD);
// What a name is, no hash can change: one for all.
const parts = { ...real, passwords: { ...real.passwords, hash: async () => hash } };

const ADDRESSES = [...FORBIDDEN, ...NAUGHTY].flatMap((text) => [
  text,
  `${text}@example.com`,
  `ada@${text}.example`,
  `ada@example.${text}`,
]);

/** Why a sign-up was refused: the code, and the fields at fault. */
async function outcomeOf(wanted: { username: string; email: string }): Promise<string> {
  try {
    return (await signUp(parts, { ...wanted, password: PASSWORD }, {})).userId;
  } catch (error) {
    const { code, fields } = error as { code: string; fields?: readonly { field: string }[] };
    return [code, ...(fields ?? []).map(({ field }) => field)].join(" ");
  }
}

const isId = (outcome: string) => /^[0-9a-f-]{36}$/.test(outcome);

describe("a naughty text", () => {
  it("comes back as it was, or is refused as an e-mail address", async () => {
    const outcomes: string[] = [];
    for (const [at, email] of [...new Set(ADDRESSES)].entries()) {
      const outcome = await outcomeOf({ username: `user ${at}`, email });
      outcomes.push(outcome);
      if (isId(outcome)) expect((await parts.userViews.of({ sub: outcome })).email).toBe(email);
    }
    expect(new Set(outcomes.filter((outcome) => !isId(outcome)))).toEqual(
      new Set(["invalid_request email", "email_taken"]),
    );
    expect(outcomes.filter(isId).length).toBeGreaterThan(80);
  });

  it.each(FORBIDDEN)("is neither a username nor an e-mail address with a character that is not seen: %j", (text) => {
    const refusal = (field: string) =>
      expect.objectContaining({
        code: "invalid_request",
        fields: [{ field, message: expect.stringMatching(/^[A-Z].+\.$/) }],
      });
    expect(() => requireUsername(text)).toThrow(refusal("username"));
    expect(() => requireEmail(`${text}@example.com`)).toThrow(refusal("email"));
    expect(() => requireEmail(`ada@${text}.example`)).toThrow(refusal("email"));
  });
});
