import { existsSync, readFileSync } from "node:fs";
import { createAuth } from "../create-auth.js";
import { type CheckVerdict, createVerifier, explain, fromJwks, type Verifier } from "../tokens/index.js";
import { type PlaceFlags, readSettings } from "./settings.js";

/** The flags of `token explain`: the server's place, or the keys of another issuer. */
export interface ExplainFlags extends PlaceFlags {
  readonly json?: boolean;
  readonly jwks?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly profile?: "rfc9068" | "jwt";
}

/** `latchkey token explain`: every check with its verdict. Answers whether the token is accepted. */
export async function explainToken(token: string | undefined, flags: ExplainFlags): Promise<boolean> {
  const text = (token ?? readFileSync(0, "utf8")).trim().replace(/^Bearer +/i, "");
  const verdicts = await withVerifier(flags, (verifier) => explain(text, verifier));
  const accepted = verdicts.every(({ verdict }) => verdict === "passed");
  console.log(
    flags.json === true ? JSON.stringify({ accepted, checks: verdicts }, null, 2) : asText(verdicts, accepted),
  );
  return accepted;
}

async function withVerifier<T>(flags: ExplainFlags, ask: (verifier: Pick<Verifier, "explain">) => T): Promise<T> {
  if (flags.jwks !== undefined) return ask(foreignVerifier(flags.jwks, flags));
  const settings = readSettings(flags, process.env);
  // Opening makes what is missing, and to ask a question must not make a server.
  if (!existsSync(settings.auth.database)) {
    throw new TypeError(
      `There is no database at ${settings.auth.database}: name it, or give the issuer's keys with --jwks.`,
    );
  }
  const auth = await createAuth(settings.auth);
  try {
    return ask(auth);
  } finally {
    await auth.close();
  }
}

function foreignVerifier(path: string, { issuer, audience, profile }: ExplainFlags): Verifier {
  return createVerifier({
    keys: fromJwks(readJson(path)),
    cache: false,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    ...(profile !== undefined && { profile }),
  });
}

function readJson(path: string): Parameters<typeof fromJwks>[0] {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new TypeError(`${path} is not a file that holds a JWK set.`, { cause });
  }
}

const MARKS = { passed: "ok", failed: "NO", skipped: "--" } as const;

function asText(verdicts: readonly CheckVerdict[], accepted: boolean): string {
  const lines = verdicts.map(({ check, verdict, message, claim, expected, actual }) => {
    const details = Object.entries({ claim, expected, actual }).filter(([, value]) => value !== undefined);
    const note = [message, ...details.map(([name, value]) => `${name}: ${JSON.stringify(value)}`)]
      .filter(Boolean)
      .join("  ");
    return `${MARKS[verdict]}  ${check.padEnd(11)}${note}`.trimEnd();
  });
  return [...lines, accepted ? "The token is accepted." : "The token is refused."].join("\n");
}
