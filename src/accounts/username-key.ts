/** The key of a username (NFKC, full case folding; RFC 8265 section 3.3): the same one however the name is typed. */
export function usernameKey(typed: string): string {
  return foldCase(typed.normalize("NFKC")).normalize("NFKC");
}

// Lower case alone keeps the sharp s and the long s, upper case alone the capital sharp s; a sigma at the end would depend on what follows.
// The result is Unicode's full case folding, and ı besides, whose capital is I.
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
}
