import type { AttemptRow } from "../store/store.js";

/**
 * How a counter limits. `free` failures cost nothing; with each one more the delay doubles, from `firstSeconds` to `mostSeconds`. Every
 * `leakSeconds` one failure is forgotten.
 */
export interface LimitRule {
  readonly free: number;
  readonly leakSeconds: number;
  readonly firstSeconds: number;
  readonly mostSeconds: number;
}

/** What a charge did to a counter, so that it can be given back. */
export interface Charge {
  readonly key: string;
  readonly at: number;
  readonly owedMs: number;
  readonly blockedUntil: number;
}

const KNOWN_MS = 90 * 86_400_000;

/** A counter that has counted nothing. */
export function newCounter(key: string): AttemptRow {
  return { key, attempts: 0, emptyAt: 0, blockedUntil: 0, knownUntil: 0, changedAt: 0, forgetAt: 0 };
}

/**
 * A counter as it is to be read at `now`. One that comes from the future shows that the clock was set back: it keeps its failures and opens once,
 * because it would else be blocked until the clock comes there again.
 */
export function settled(row: AttemptRow, now: number): AttemptRow {
  const stepMs = row.changedAt - now;
  if (stepMs <= 0) return row;
  const { emptyAt, knownUntil } = row;
  return dated({ ...row, emptyAt: emptyAt - stepMs, knownUntil: knownUntil - stepMs, blockedUntil: 0 }, now);
}

/** How many failures are not forgotten yet. */
export function failuresIn(row: AttemptRow, rule: LimitRule, now: number): number {
  return Math.max(0, Math.ceil((row.emptyAt - now) / (rule.leakSeconds * 1000)));
}

/** How long a counter blocks yet, in milliseconds: until its delay has passed or its failures are fewer than `free`; 0 where it is open. */
export function waitMs(row: AttemptRow, rule: LimitRule, now: number): number {
  const belowFreeAt = row.emptyAt - (rule.free - 1) * rule.leakSeconds * 1000;
  return Math.max(0, Math.min(row.blockedUntil, belowFreeAt) - now);
}

/** A counter with one failure more, which begins the next delay where no free one is left. */
export function charged(row: AttemptRow, rule: LimitRule, now: number): AttemptRow {
  const leakMs = rule.leakSeconds * 1000;
  // What is beyond the longest delay is not counted: a long attack leaves no longer trace than a short one.
  const emptyAt = Math.min(Math.max(row.emptyAt, now) + leakMs, now + fullAt(rule) * leakMs);
  const failures = failuresIn({ ...row, emptyAt }, rule, now);
  const blockedUntil = failures < rule.free ? row.blockedUntil : now + delayMs(rule, failures);
  return dated({ ...row, emptyAt, blockedUntil, attempts: row.attempts + 1 }, now);
}

/** What the step from a counter to its charged successor was. */
export function chargeOf(before: AttemptRow, after: AttemptRow): Charge {
  const at = after.changedAt;
  const owedMs = after.emptyAt - Math.max(before.emptyAt, at);
  return { key: after.key, at, owedMs, blockedUntil: after.blockedUntil };
}

/** A counter without one of its charges, and without the delay that began with that one. */
export function givenBack(row: AttemptRow, charge: Charge, now: number): AttemptRow {
  const blockedUntil =
    row.blockedUntil === charge.blockedUntil ? Math.min(charge.at, row.blockedUntil) : row.blockedUntil;
  return dated({ ...row, emptyAt: row.emptyAt - charge.owedMs, blockedUntil }, now);
}

/** The counter of a pair that has logged in: it begins anew, and is known for 90 days, which is longer than its session lives. */
export function cleared(row: AttemptRow, now: number): AttemptRow {
  return dated({ ...row, attempts: 0, emptyAt: now, blockedUntil: 0, knownUntil: now + KNOWN_MS }, now);
}

/** A counter that heard of refused attempts: they make nothing longer. */
export function tallied(row: AttemptRow, refused: number): AttemptRow {
  return { ...row, attempts: row.attempts + refused };
}

/** Tells whether a pair has logged in lately. */
export function isKnown(row: AttemptRow, now: number): boolean {
  return row.knownUntil > now;
}

function delayMs({ free, firstSeconds, mostSeconds }: LimitRule, failures: number): number {
  return Math.min(mostSeconds, firstSeconds * 2 ** (failures - free)) * 1000;
}

/** The number of failures from which the delay grows no more. */
function fullAt({ free, firstSeconds, mostSeconds }: LimitRule): number {
  return free + Math.ceil(Math.log2(mostSeconds / firstSeconds));
}

function dated(row: AttemptRow, now: number): AttemptRow {
  // No delay outlasts the failures that it is for, see waitMs.
  return { ...row, changedAt: now, forgetAt: Math.max(row.emptyAt, row.knownUntil) };
}
