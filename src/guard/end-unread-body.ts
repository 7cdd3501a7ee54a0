/** What of a request of `node:http` says whether its body was read. */
export interface UnreadRequest {
  readonly method?: string | undefined;
  readonly complete: boolean;
  destroy(): unknown;
}

/**
 * Closes the connection of a request with a body where none belongs, once it is answered: it would be drained without end. Unread bodies of other
 * methods are bounded by the adaptor.
 */
export function endUnreadBody(
  request: UnreadRequest,
  response: { once(event: "finish", listener: () => void): unknown },
): void {
  if (request.complete || (request.method !== "GET" && request.method !== "HEAD")) return;
  response.once("finish", () =>
    setImmediate(() => {
      if (!request.complete) request.destroy();
    }),
  );
}
