import { AssertionError } from "node:assert";
import { requireKnownOptions } from "../tokens/known-options.js";

/** What is expected of a refusal; what is left out may be anything. */
export interface ExpectedRefusal {
  /** 401 where it is not given. */
  readonly status?: number;
  /** The stable code, such as `invalid_token`. */
  readonly code?: string;
  /** Why a token was refused, such as `expired`. */
  readonly reason?: string;
}

/** Throws an `AssertionError` unless an answer is the refusal that is expected; a 401 must carry a challenge (RFC 9110 section 11.6.1). */
export async function assertRefused(response: Response, expected: ExpectedRefusal = {}): Promise<void> {
  requireKnownOptions(expected, "assertRefused", ["status", "code", "reason"]);
  const text = await response.clone().text();
  const body = membersOf(text);
  const { status = 401, code, reason } = expected;
  requireEqual("status", response.status, status, text);
  if (code !== undefined) requireEqual("code", body.code, code, text);
  if (reason !== undefined) requireEqual("reason", body.reason, reason, text);
  if (status === 401 && !response.headers.has("www-authenticate")) fail("The 401 has no WWW-Authenticate.", text);
}

/** Throws an `AssertionError` unless an answer is a success; answers its JSON, or `undefined` where it has none. */
export async function assertAccepted(response: Response): Promise<unknown> {
  const text = await response.clone().text();
  if (!response.ok) fail(`The answer is ${response.status}.`, text);
  return text === "" ? undefined : JSON.parse(text);
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function requireEqual(what: string, actual: unknown, expected: unknown, text: string): void {
  if (actual !== expected) fail(`The ${what} is ${String(actual)} and not ${String(expected)}.`, text);
}

function fail(sentence: string, text: string): never {
  throw new AssertionError({ message: `${sentence} The answer was: ${text.slice(0, 300)}` });
}
