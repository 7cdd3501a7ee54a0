/** A clock that stands still until a test moves it; hand its `now` to whatever takes one. */
export interface TestClock {
  /** The time in milliseconds. */
  readonly now: () => number;
  /** Moves it by so many seconds, backwards where they are negative. */
  advance(seconds: number): void;
  /** Sets it to a moment. */
  set(moment: Date | number): void;
}

/** Makes a clock that stands at a moment; at the beginning of the present second where none is given. A `TypeError` for a moment that is none. */
export function createClock(start: Date | number = Math.floor(Date.now() / 1000) * 1000): TestClock {
  let time = requireMoment(start);
  return {
    now: () => time,
    advance(seconds) {
      time = requireMoment(time + seconds * 1000);
    },
    set(moment) {
      time = requireMoment(moment);
    },
  };
}

function requireMoment(moment: Date | number): number {
  const time = Math.round(Number(moment));
  if (Number.isNaN(new Date(time).getTime()))
    throw new TypeError("A clock takes dates and numbers, and seconds to move by.");
  return time;
}
