import { AuthError } from "../errors/auth-error.js";

/** What of a request of `node:http` says whom it is for and where it ends. */
export interface RawRequest {
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

/**
 * Throws `invalid_request` for a request that another reader before us may have read otherwise: without one `Host`, which HTTP/1.0 alone may leave out
 * (RFC 9112 section 3.2), with a transfer coding besides `chunked`, or any in HTTP/1.0 (section 6.1). Its connection must be closed: what follows on
 * it may be anybody's.
 */
export function requireOneReading({ httpVersion, rawHeaders }: RawRequest): void {
  const hosts = valuesOf(rawHeaders, "host");
  // HTTP/2 has `:authority`.
  const mayLack = httpVersion === "1.0" || rawHeaders[0]?.startsWith(":") === true;
  if (hosts.length > 1 || hosts[0] === "" || (hosts.length === 0 && !mayLack))
    throw new AuthError("invalid_request", { message: "The request must name its host, and once." });
  for (const coding of valuesOf(rawHeaders, "transfer-encoding"))
    if (httpVersion !== "1.1" || coding.trim().toLowerCase() !== "chunked")
      throw new AuthError("invalid_request", { message: "The transfer coding of the request is not known here." });
}

function valuesOf(rawHeaders: readonly string[], wanted: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    // The length differs for nearly all.
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(rawHeaders[index + 1] ?? "");
  }
  return values;
}
