import type { ServerSettings } from "../settings.js";
import { type Finding, good, weak } from "./finding.js";

const HOUR = 3600;
const DAY = 86_400;

/** Durations that are longer than what they protect bears. */
export function checkDurations({ auth }: ServerSettings): readonly Finding[] {
  const { accessSeconds = 600, idleSeconds, absoluteSeconds = 30 * DAY, graceSeconds = 30 } = auth;
  return [
    accessSeconds > HOUR
      ? weak(
          "LATCHKEY_ACCESS_SECONDS",
          `${accessSeconds} s is more than an hour`,
          "An API that verifies by the public keys alone accepts a stolen or taken-back token until then.",
          "Use 600, and let clients refresh.",
        )
      : good("LATCHKEY_ACCESS_SECONDS", `${accessSeconds} s`),
    absoluteSeconds > 365 * DAY
      ? weak(
          "LATCHKEY_ABSOLUTE_SECONDS",
          `${absoluteSeconds} s is more than a year`,
          "A refresh token that was stolen can be used for as long as its session is kept alive.",
          `Use ${30 * DAY}, or a year at most.`,
        )
      : good("LATCHKEY_ABSOLUTE_SECONDS", `${absoluteSeconds} s`),
    idleSeconds !== undefined && idleSeconds > absoluteSeconds
      ? weak(
          "LATCHKEY_IDLE_SECONDS",
          `${idleSeconds} s is more than the session lives in all (${absoluteSeconds} s)`,
          "It never comes to bear: no session ends for being idle.",
          "Make it shorter than LATCHKEY_ABSOLUTE_SECONDS.",
        )
      : good("LATCHKEY_IDLE_SECONDS", `${idleSeconds ?? 7 * DAY} s`),
    graceSeconds > 60
      ? weak(
          "LATCHKEY_GRACE_SECONDS",
          `${graceSeconds} s is more than a minute`,
          "For as long, a refresh token that was copied can be used a second time and nobody notices.",
          "Use 30.",
        )
      : good("LATCHKEY_GRACE_SECONDS", `${graceSeconds} s`),
  ];
}
