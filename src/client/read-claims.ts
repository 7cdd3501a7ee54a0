import type { AccessClaims } from "./state.js";

/** The claims of an access token, read and not verified; `undefined` for what is no token. */
export function readClaims(token: string): AccessClaims | undefined {
  try {
    const payload = token.split(".")[1] ?? "";
    const letters = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
