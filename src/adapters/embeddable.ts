/** What `toHandler` needs of an auth: it answers any request. */
export interface Embeddable {
  handler(request: Request, info?: { readonly address?: string | undefined }): Promise<Response>;
}

/** Throws a `TypeError` where there is no handler. */
export function requireEmbeddable(auth: Embeddable): void {
  if (typeof auth?.handler !== "function") {
    throw new TypeError("toHandler takes what createAuth resolves to: a promise of it must be awaited.");
  }
}
