import { describe, expect, it } from "vitest";
import { dateAndTime, dateOf, onTheClock, timeAgo, waitInWords } from "../../console/src/moments.js";

const NOW = Date.UTC(2027, 0, 15, 12);
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

describe("moments in words", () => {
  it.each([
    [0, "now", "ahora"],
    [59 * SECOND, "now", "ahora"],
    [60 * SECOND, "1 minute ago", "hace 1 minuto"],
    [59 * 60 * SECOND, "59 minutes ago", "hace 59 minutos"],
    [HOUR, "1 hour ago", "hace 1 hora"],
    [DAY, "yesterday", "ayer"],
    [3 * DAY, "3 days ago", "hace 3 días"],
    [60 * DAY, "2 months ago", "hace 2 meses"],
    [800 * DAY, "2 years ago", "hace 2 años"],
    // Where the visitor's clock is behind.
    [-HOUR, "now", "ahora"],
  ])("%i milliseconds ago: %s, %s", (passed, english, spanish) => {
    expect(timeAgo(NOW - passed, NOW, "en")).toBe(english);
    expect(timeAgo(NOW - passed, NOW, "es")).toBe(spanish);
  });

  it("follow the visitor's own kind of a language", () => {
    expect(dateOf(NOW, "en-GB")).toBe("15 January 2027");
    expect(dateOf(NOW, "en-US")).toBe("January 15, 2027");
    expect(dateOf(NOW, "es-MX")).toBe("15 de enero de 2027");
    expect(dateAndTime(NOW, "es")).toMatch(/^1[456] ene 2027, \d+:\d\d$/);
  });

  it.each([
    [1, "1 second", "1 segundo", "0:01"],
    [45, "45 seconds", "45 segundos", "0:45"],
    [119, "119 seconds", "119 segundos", "1:59"],
    [120, "2 minutes", "2 minutos", "2:00"],
    [121, "3 minutes", "3 minutos", "2:01"],
    [3600, "60 minutes", "60 minutos", "60:00"],
  ])("a wait of %i seconds", (seconds, english, spanish, clock) => {
    expect(waitInWords(seconds, "en")).toBe(english);
    expect(waitInWords(seconds, "es")).toBe(spanish);
    expect(onTheClock(seconds)).toBe(clock);
  });
});
