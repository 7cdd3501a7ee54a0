/** The page's `localStorage`; `undefined` where there is no page, or the user forbids it. */
export function findShelf(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
