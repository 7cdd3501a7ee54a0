import { parse } from "hono/utils/cookie";

/** The value of a cookie in the header of that name; of two the first, which is the one of the longer path (RFC 6265 section 5.4). */
export function cookieIn(header: string | null | undefined, name: string): string | undefined {
  return header ? parse(header, name)[name] : undefined;
}
