import type { ServerSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** What is wrong with a duration, why, and what to do. */
type Complaint = readonly [what: string, why: string, remedy: string];

/** Durations that are longer than what they protect bears, or that undo one another. */
export function checkDurations({ auth }: ServerSettings): readonly Finding[] {
  const { accessSeconds = 600, idleSeconds = 7 * DAY, absoluteSeconds = 30 * DAY, graceSeconds = 30 } = auth;
  // Where the idle time was not set, a short life in all is no mistake.
  const idle = auth.idleSeconds === undefined ? Math.min(idleSeconds, absoluteSeconds) : idleSeconds;
  return [
    finding("ACCESS", accessSeconds, complaintOnAccess(accessSeconds)),
    finding("ABSOLUTE", absoluteSeconds, complaintOnAbsolute(absoluteSeconds)),
    finding("IDLE", idleSeconds, complaintOnIdle(idle, { accessSeconds, absoluteSeconds })),
    finding("GRACE", graceSeconds, complaintOnGrace(graceSeconds)),
  ];
}

function finding(name: string, seconds: number, complaint: Complaint | undefined): Finding {
  const setting = `LATCHKEY_${name}_SECONDS`;
  if (complaint === undefined) return good(setting, shown(seconds));
  const [what, why, remedy] = complaint;
  return weak(setting, `${shown(seconds)} ${what}`, why, remedy);
}

function complaintOnAccess(seconds: number): Complaint | undefined {
  if (seconds <= HOUR) return undefined;
  const why = "An API that verifies by the public keys alone accepts a stolen or taken-back token until then.";
  return ["is more than an hour", why, "Use 600, and let clients refresh."];
}

function complaintOnAbsolute(seconds: number): Complaint | undefined {
  if (seconds <= 365 * DAY) return undefined;
  const why = "A refresh token that was stolen can be used for as long as its session is kept alive.";
  return ["is more than a year", why, `Use ${30 * DAY}, or a year at most.`];
}

function complaintOnIdle(
  seconds: number,
  { accessSeconds, absoluteSeconds }: { readonly accessSeconds: number; readonly absoluteSeconds: number },
): Complaint | undefined {
  if (seconds > absoluteSeconds) {
    const why = "It never comes to bear: no session ends for being idle.";
    return [
      `is more than a session lives in all (${shown(absoluteSeconds)})`,
      why,
      "Make it shorter than LATCHKEY_ABSOLUTE_SECONDS.",
    ];
  }
  if (seconds > accessSeconds) return undefined;
  const why = "Whoever refreshes when the access token has expired finds the session ended, and must log in again.";
  return [
    `is no more than an access token lives (${shown(accessSeconds)})`,
    why,
    "Make it longer than LATCHKEY_ACCESS_SECONDS.",
  ];
}

function complaintOnGrace(seconds: number): Complaint | undefined {
  if (seconds <= MINUTE) return undefined;
  const why = "For as long, a refresh token that was copied can be used a second time and nobody notices.";
  return ["is more than a minute", why, "Use 30."];
}

const UNITS = [
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
] as const;

/** Seconds, and where they are a round number of something longer, that too. */
function shown(seconds: number): string {
  const [unit, name] = UNITS.find(([each]) => seconds >= each && seconds % each === 0) ?? [];
  if (unit === undefined) return `${seconds} s`;
  const count = seconds / unit;
  return `${seconds} s (${count} ${name}${count === 1 ? "" : "s"})`;
}
