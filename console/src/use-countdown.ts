import { useCallback, useEffect, useState } from "react";

/** Counts seconds down to 0, by the time that really passes: answers how many are left, and what starts it. */
export function useCountdown(): readonly [left: number, start: (seconds: number) => void] {
  const [end, setEnd] = useState(0);
  const [now, setNow] = useState(0);
  const left = Math.max(Math.ceil((end - now) / 1000), 0);
  const isOn = left > 0;
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [isOn]);
  const start = useCallback((seconds: number) => {
    const beginning = performance.now();
    setNow(beginning);
    setEnd(beginning + seconds * 1000);
  }, []);
  return [left, start];
}
