import { useAuth } from "latchkey/react";
import { useEffect, useRef, useState } from "react";
import { go, useStanding } from "./navigation.js";
import { findReturnTo } from "./return-to.js";
import { useSurroundings } from "./surroundings.js";

/** How it goes on from the pages that log in. */
export interface WayOn {
  /** Whether somebody is in already, or nobody knows yet: there is nothing to fill in. */
  readonly isHidden: boolean;
  /** Where it goes after the log-in, besides to the account. */
  readonly target: URL | undefined;
  /** Whether the target has sent the visitor back at once, and would again. */
  readonly isStuck: boolean;
}

const MARK = "latchkey:went-to";
const SOON_MILLISECONDS = 10_000;

/** Sends whoever is logged in on: to `return_to` where that is listed, or to the account. */
export function useWayOn(): WayOn {
  const { status } = useAuth();
  const { search } = useStanding();
  const { settings } = useSurroundings();
  const [isStuck, setStuck] = useState(false);
  const wasShown = useRef(false);
  const target = findReturnTo(search, settings.origins);
  const href = target?.href;
  if (status === "signed-out" || status === "offline") wasShown.current = true;
  useEffect(() => {
    if (status !== "signed-in") return;
    if (href === undefined) return go("account", { replace: true });
    // An application that does not see the log-in would send the visitor back, and so on for ever.
    if (!wasShown.current && isRecent(href)) return setStuck(true);
    sessionStorage.setItem(MARK, JSON.stringify([href, Date.now()]));
    // In the place of this page: going back from there leads to where the visitor was before.
    location.replace(href);
  }, [status, href]);
  return { isHidden: status === "loading" || (status === "signed-in" && !wasShown.current), target, isStuck };
}

function isRecent(href: string): boolean {
  const [last, time] = JSON.parse(sessionStorage.getItem(MARK) ?? "[]");
  return last === href && Math.abs(Date.now() - time) < SOON_MILLISECONDS;
}
