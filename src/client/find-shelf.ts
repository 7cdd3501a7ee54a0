/** The page's `localStorage` by its names; an object of this tab alone where there is no page, or the user forbids it. */
export function findShelf(): Record<string, string> {
  try {
    return window.localStorage;
  } catch {
    return {};
  }
}
