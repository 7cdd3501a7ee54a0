import { readFileSync } from "node:fs";
import {
  type CheckVerdict,
  createVerifier,
  explain,
  fromJwks,
  type PublicKey,
  type Verifier,
} from "../tokens/index.js";
import type { PlaceFlags } from "./settings.js";
import { printJson, write } from "./terminal/print.js";
import { printable } from "./terminal/printable.js";
import { withAuth } from "./with-auth.js";

/** The flags of `token explain`: the server's place, or the keys of another issuer. */
export interface ExplainFlags extends PlaceFlags {
  readonly json?: boolean;
  readonly jwks?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly profile?: "rfc9068" | "jwt" | "flask-jwt-extended";
}

/** The token of the argument, or of standard input; without the `Bearer` that it may have been copied with. */
export function readToken(argument: string | undefined): string {
  return (argument ?? readFileSync(0, "utf8")).trim().replace(/^Bearer(?: +|$)/i, "");
}

/** `latchkey token explain`: every check with its verdict. Answers whether the token is accepted. */
export async function explainToken(token: string, flags: ExplainFlags): Promise<boolean> {
  const verdicts = await withVerifier(flags, (verifier) => explain(token, verifier));
  const accepted = verdicts.every(({ verdict }) => verdict === "passed");
  await (flags.json === true
    ? printJson({ accepted, checks: verdicts })
    : write(`${printable(asText(verdicts, accepted))}\n`));
  return accepted;
}

/** A flag that says what a foreign issuer's tokens must be, where none of its keys are given: the server's own would be asked instead. */
export function foreignFlagWithoutKeys(flags: ExplainFlags): string | undefined {
  return flags.jwks === undefined
    ? (["issuer", "audience", "profile"] as const).find((name) => flags[name] !== undefined)
    : undefined;
}

async function withVerifier<T>(flags: ExplainFlags, ask: (verifier: Pick<Verifier, "explain">) => T): Promise<T> {
  return flags.jwks === undefined ? withAuth(flags, ask) : ask(foreignVerifier(flags.jwks, flags));
}

function foreignVerifier(path: string, { issuer, audience, profile }: ExplainFlags): Verifier {
  return createVerifier({
    keys: keysIn(path),
    cache: false,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    ...(profile !== undefined && { profile }),
  });
}

function keysIn(path: string): readonly PublicKey[] {
  const jwks = readJson(path);
  try {
    const keys = fromJwks(jwks);
    if (keys.length > 0) return keys;
    throw new TypeError("The JWK set holds no key for signatures that names its algorithm.");
  } catch (cause) {
    throw new TypeError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

function readJson(path: string): Parameters<typeof fromJwks>[0] {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new TypeError(`${path} is not a file that holds a JWK set.`, { cause });
  }
}

/** Moments are shown as people read them. */
function shownValue(value: unknown, check: string): string {
  const isMoment = check === "times" && typeof value === "number" && value > 1e9 && value < 1e11;
  return isMoment ? new Date(value * 1000).toISOString() : JSON.stringify(value);
}

const MARKS = { passed: "ok", failed: "NO", skipped: "--" } as const;

function asText(verdicts: readonly CheckVerdict[], accepted: boolean): string {
  const lines = verdicts.map(({ check, verdict, message, claim, expected, actual }) => {
    const details = Object.entries({ claim, expected, actual }).filter(([, value]) => value !== undefined);
    const shown = details.map(([name, value]) => `${name}: ${shownValue(value, check)}`);
    const note = [message, ...shown].filter((part) => part !== undefined).join("  ");
    return `${MARKS[verdict]}  ${check.padEnd(11)}${note}`.trimEnd();
  });
  return [...lines, accepted ? "The token is accepted." : "The token is refused."].join("\n");
}
