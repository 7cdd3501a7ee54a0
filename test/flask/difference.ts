import type { Comparable, Cookie } from "./comparable.js";

/** A request that ours answers otherwise than the original, on purpose or because the original is older than the one that ours is like. */
export interface Difference {
  readonly why: string;
  /** What ours says, given what the original said and which route was asked. */
  readonly ours: (original: Comparable, route: string) => Comparable;
  /** Set where 4.7 answers as ours does: only Debian's 4.4 does not. */
  readonly since47?: boolean;
}

export type Differences = Readonly<Record<string, Difference>>;

/** Ours refuses the token wherever one is looked for. */
export function refused(why: string, status: number, message: string): Difference {
  return {
    why,
    ours: (original, route) => {
      if (route.startsWith("OPTIONS ")) return original;
      return { status, body: route.startsWith("HEAD ") ? "" : { [keyOf(original)]: message } };
    },
  };
}

/** As {@link refused}, and so does 4.7. */
export function refusedSince47(status: number, message: string): Difference {
  return { ...refused("4.7 looks at it, 4.4 does not", status, message), since47: true };
}

/** Refused by both with the same status, in other words. */
export function inOtherWords(
  message: string,
  why = "what is wrong with a malformed token is said in our words",
): Difference {
  return {
    why,
    ours: (original, route) => {
      if (route.startsWith("OPTIONS ") || route.startsWith("HEAD ")) return original;
      return { ...original, body: { [keyOf(original)]: message } };
    },
  };
}

/** As {@link inOtherWords}, in the words of 4.7. */
export function inWordsOf47(message: string): Difference {
  return { ...inOtherWords(message, "4.7 has other words than 4.4"), since47: true };
}

/** Ours gives this answer. */
export function answers(why: string, status: number, body: unknown): Difference {
  return { why, ours: () => ({ status, body }) };
}

/** Refused by both with the same status; the page is the framework's. */
export function pageOfTheFramework(message: string): Difference {
  return answersInPlace("a page of the framework", message);
}

function answersInPlace(why: string, msg: string): Difference {
  return { why, ours: ({ status }) => ({ status, body: { msg } }) };
}

function keyOf({ body }: Comparable): string {
  return typeof body === "object" && body !== null && "message" in body ? "message" : "msg";
}

const EPOCH = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/**
 * The cookies of an answer as ours sets them: Secure and SameSite where nothing is said; for as long as the token lives, where the original says
 * 31540000 seconds of every token; and taken away by both of the ways that browsers know.
 */
export function asOurCookies(answer: Comparable): Comparable {
  if (answer.cookies === undefined) return answer;
  const cookies = Object.entries(answer.cookies).map(([name, cookie]) => [name, asOurCookie(name, cookie)]);
  return { ...answer, cookies: Object.fromEntries(cookies) as NonNullable<Comparable["cookies"]> };
}

function asOurCookie(name: string, { value, attributes }: Cookie): Cookie {
  const kept = attributes.filter((attribute) => attribute !== "Expires=later" && attribute !== "Max-Age=31540000");
  const lasts = kept.length < attributes.length;
  const has = (start: string) => kept.some((attribute) => attribute.startsWith(start));
  return {
    value,
    attributes: [
      ...kept,
      ...(has("Secure") ? [] : ["Secure"]),
      ...(has("SameSite") ? [] : ["SameSite=Lax"]),
      ...(kept.includes(EPOCH) ? ["Max-Age=0"] : []),
      ...(lasts ? [`Max-Age=${name.startsWith("ref") ? 2_592_000 : 900}`] : []),
    ].sort(),
  };
}
