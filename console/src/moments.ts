const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number, number])[] = [
  ["minute", MINUTE, HOUR],
  ["hour", HOUR, DAY],
  ["day", DAY, 30 * DAY],
  ["month", 30 * DAY, 365 * DAY],
  ["year", 365 * DAY, Number.POSITIVE_INFINITY],
];

/** How long ago a moment was, in words: "now" under a minute, and for what a clock that is behind takes for the future. */
export function timeAgo(moment: number, now: number, locale: string): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const passed = Math.max(now - moment, 0);
  const [unit, length] = STEPS.find(([, , end]) => passed < end) ?? ["minute", MINUTE];
  return passed < MINUTE ? words.format(0, "second") : words.format(-Math.floor(passed / length), unit);
}

/** A moment as a date and a time of day, in the visitor's own zone. */
export function dateAndTime(moment: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(moment);
}

/** A moment as a date. */
export function dateOf(moment: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(moment);
}

/** So many seconds in words: in seconds under two minutes, in whole minutes, rounded up, above. */
export function waitInWords(seconds: number, locale: string): string {
  const [value, unit] = seconds < 120 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

/** So many seconds as on a clock: 0:09, 12:30. */
export function onTheClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
