/** The page's `localStorage`; `undefined` where there is none, or the user forbids it. */
export function findShelf(): Storage | undefined {
  try {
    return typeof window === "undefined" ? undefined : window.localStorage;
  } catch {
    return undefined;
  }
}
