const LONGEST = 2048;
// Written out: browsers also take https:host, \\host and //host for addresses, and drop tabs and line feeds.
const WRITTEN_OUT = /^https?:\/\/[^/]/i;
const ODD = /[\s\\\p{C}]/u;

/**
 * Where a visitor goes after the log-in: the `return_to` of the page's query, where it is the whole address of an http(s) page whose origin is listed;
 * `undefined` for anything else, and where it is given twice.
 */
export function findReturnTo(search: string, origins: readonly string[]): URL | undefined {
  const [given = "", ...others] = new URLSearchParams(search).getAll("return_to");
  if (others.length > 0 || given.length > LONGEST || !WRITTEN_OUT.test(given) || ODD.test(given)) return undefined;
  if (!URL.canParse(given)) return undefined;
  const target = new URL(given);
  const isPlain = /^https?:$/.test(target.protocol) && target.username === "" && target.password === "";
  // An empty user is written, and not seen in the result.
  const hasUser = /^https?:\/\/[^/?#]*@/i.test(given);
  return isPlain && !hasUser && origins.includes(target.origin) ? target : undefined;
}
