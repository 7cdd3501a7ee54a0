import type { AuthError } from "../errors/auth-error.js";
import type { ClientSettings } from "./client-options.js";
import type { ClientParts } from "./client-parts.js";
import { warn, warnOfOrigin } from "./warnings.js";

const COOKIE = "__Host-latchkey=";
const LONGEST_PAUSE_SECONDS = 30;

/**
 * Finds out at the start who is logged in. Where the server cannot be reached it goes on trying, more and more seldom and whenever the browser is online again, until
 * the signal is aborted.
 */
export async function restore(parts: ClientParts, renew: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const { settings, session } = parts;
  const { cookies, onSetCookie, storage } = settings;
  if (cookies !== undefined) {
    if (!cookies?.includes(COOKIE)) return session.end("session_ended");
    // A refresh whose next cookie is lost would cost the session.
    if (onSetCookie === undefined) return;
  } else if (!globalThis.window && !storage) return;
  try {
    await renew();
  } catch (error) {
    session.lose();
    if (!globalThis.window) return;
    void warnOfTrouble(settings, error as AuthError);
    void keepTrying(parts, renew, signal, error);
  }
}

/** A server that seems not to be there may answer, only not to this page (CORS). */
async function warnOfTrouble(settings: ClientSettings, { reason, message }: AuthError): Promise<void> {
  const { url, fetch } = settings;
  if (reason !== "offline") return warn(`${url}: ${message}`);
  if (new URL(url).origin === location.origin) return;
  await fetch(`${url}/health/live`, { mode: "no-cors", credentials: "omit" }).then(
    () => warnOfOrigin(settings),
    () => {},
  );
}

async function keepTrying(
  { session }: ClientParts,
  renew: () => Promise<void>,
  signal: AbortSignal,
  first: unknown,
): Promise<void> {
  let error = first;
  let early = () => {};
  window.addEventListener("online", () => early(), { signal });
  const pause = (seconds: number) =>
    new Promise<void>((resolve) => {
      early = resolve;
      setTimeout(resolve, seconds * 1000);
    });
  for (let seconds = 1; ; seconds *= 2) {
    const { retryAfter = 0 } = error as Partial<AuthError>;
    await pause(Math.max(Math.min(seconds, LONGEST_PAUSE_SECONDS), retryAfter));
    // Somebody may have logged in meanwhile, or asked for something.
    if (signal.aborted || session.held || session.state.status === "signed-out") return;
    await renew().catch((next: unknown) => {
      error = next;
    });
  }
}
