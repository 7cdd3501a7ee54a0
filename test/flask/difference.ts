import type { Comparable } from "./comparable.js";

/** A request that ours answers otherwise than the original, on purpose or because the original is older than the one that ours is like. */
export interface Difference {
  readonly why: string;
  /** What ours says, given what the original said and which route was asked. */
  readonly ours: (original: Comparable, route: string) => Comparable;
  /** Set where the answer of 4.7 is ours: only Debian's 4.4 has another. */
  readonly since47?: boolean;
}

export type Differences = Readonly<Record<string, Difference>>;

const isHead = (route: string) => route.startsWith("HEAD ");
const isPreflight = (route: string) => route.startsWith("OPTIONS ");

/** Ours refuses the token wherever one is looked for. */
export function refused(why: string, status: number, msg: string): Difference {
  return {
    why,
    ours: (original, route) =>
      isPreflight(route) ? original : { status, body: isHead(route) ? "" : { [keyOf(original)]: msg } },
  };
}

/** As {@link refused}, and so does 4.7. */
export function refusedSince47(status: number, msg: string): Difference {
  return { ...refused("4.7 with a newer PyJWT looks at it, 4.4 does not", status, msg), since47: true };
}

/** Ours gives this answer. */
export function answers(why: string, ours: Comparable): Difference {
  return { why, ours: () => ours };
}

/** Refused by both with the same status, in other words. */
export function inOtherWords(msg: string): Difference {
  const why = "what is wrong with a malformed token is said in our words";
  return {
    why,
    ours: (original, route) =>
      isPreflight(route) || isHead(route) ? original : { ...original, body: { [keyOf(original)]: msg } },
  };
}

function keyOf({ body }: Comparable): string {
  return typeof body === "object" && body !== null && "message" in body ? "message" : "msg";
}
