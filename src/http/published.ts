import { createHash } from "node:crypto";

/** A body that anybody may keep, as text, with its entity tag. */
export interface Published<A> {
  readonly json: string;
  readonly headers: { readonly etag: string; readonly "cache-control": string };
  /** The type of the body. */
  readonly as?: A;
}

/** Writes a body that anybody may keep for a number of seconds; the same body has the same tag, whichever server wrote it. */
export function publish<A>(body: A, cacheSeconds: number): Published<A> {
  const json = JSON.stringify(body);
  const etag = `"${createHash("sha256").update(json).digest("base64url")}"`;
  return { json, headers: { etag, "cache-control": `public, max-age=${cacheSeconds}` } };
}

/** RFC 9110 section 13.1.2: whether the request names the present entity tag, and so is told that nothing has changed. */
export function isKnown(request: Request, etag: string): boolean {
  const named = request.headers.get("if-none-match");
  if (named === null) return false;
  const tags = named.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
