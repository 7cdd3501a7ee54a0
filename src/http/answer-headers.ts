/** The headers that an answer begins with, by the origin that asks and the id of the request. */
export type AnswerHeaders = (origin: string | null, requestId: string) => Record<string, string>;

/**
 * What every answer of a server carries; one to a page of its own or of a listed origin also tells the browser that the page may read it.
 * No other origin is ever named, and the answer always says that it depends on the origin.
 */
export function createAnswerHeaders(url: string, origins: readonly string[]): AnswerHeaders {
  const plain = securityHeaders(url);
  const readable = new Map(origins.map((origin) => [origin, { ...plain, ...corsHeaders(origin) }]));
  return (origin, requestId) => ({
    ...((origin !== null && readable.get(origin)) || plain),
    "x-request-id": requestId,
  });
}

/** What a preflight of a listed origin is answered besides (Fetch standard, CORS protocol). Methods are divided by commas. */
export function preflightHeaders(methods: string): Readonly<Record<string, string>> {
  return {
    "access-control-allow-methods": methods,
    "access-control-allow-headers": "authorization, content-type, if-none-match",
    "access-control-max-age": "600",
  };
}

function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "etag, retry-after, www-authenticate, x-request-id",
  };
}

function securityHeaders(url: string): Readonly<Record<string, string>> {
  return {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    vary: "origin",
    ...(url.startsWith("https:") && { "strict-transport-security": "max-age=31536000" }),
  };
}
