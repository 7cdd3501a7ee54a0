import { isAuthError } from "../errors/auth-error.js";
import type { ClientParts } from "./client-parts.js";
import type { Tokens } from "./create-server-calls.js";
import { type Held, lifeOf } from "./state.js";
import { warnOfRefusal } from "./warnings.js";

// With `invalid_request` there was no cookie at all; `csrf` says that this page gets none.
const ENDINGS: ReadonlySet<string> = new Set(["invalid_grant", "invalid_token", "invalid_request", "csrf"]);

/**
 * Makes the function that gets the next tokens, once at a time: whoever asks while it is at it waits for the same result. A refusal ends the session of this tab and
 * tells no other one; whatever else fails is thrown, and leaves the session as it is.
 */
export function createRenewal(parts: ClientParts): () => Promise<void> {
  let flight: Promise<void> | undefined;
  return () => {
    flight ??= renew(parts).finally(() => {
      flight = undefined;
    });
    return flight;
  };
}

async function renew(parts: ClientParts): Promise<void> {
  const { session, turns } = parts;
  const { era, held } = session;
  const isMoot = () => session.era !== era || session.held !== held;
  const release = await turns.take(isMoot);
  try {
    if (!isMoot()) await refresh(parts);
  } catch (error) {
    if (isMoot()) return;
    if (!isAuthError(error) || !ENDINGS.has(error.code)) throw error;
    warnOfRefusal(parts.settings, error, held !== undefined);
    session.end("session_ended");
    await parts.vault.write(undefined);
  } finally {
    release();
  }
}

async function refresh(parts: ClientParts): Promise<void> {
  const { session, peers, vault, settings } = parts;
  const { era } = session;
  const refreshToken = settings.transport === "bearer" ? await vault.read() : undefined;
  if (settings.transport === "bearer" && refreshToken === undefined) return session.end("session_ended");
  const tokens = await parts.calls.refresh(refreshToken).catch(async (error: unknown) => {
    // A tab without localStorage marks, or on another machine, may have put the next one into a storage that is shared.
    const latest = await vault.read();
    if (latest === undefined || latest === refreshToken) throw error;
    return parts.calls.refresh(latest);
  });
  // The next one counts from now on, whatever becomes of the rest, and whatever an older word says that another tab has said late.
  if (session.era === era) await vault.write(tokens.refresh_token);
  const next = await heldOf(parts, tokens);
  if (session.era !== era) return;
  session.renew(next);
  tellPeers(peers, next);
}

/** A session of an answer; a server that does not tell who it is with the tokens is asked. */
export async function heldOf({ calls }: Pick<ClientParts, "calls">, tokens: Tokens): Promise<Held> {
  const life = lifeOf(tokens.expires_in);
  const { token, refresh_token: refreshToken, user = await calls.me(token) } = tokens;
  return { token, user, refreshToken, ...life };
}

/** Hands a session to the other tabs. */
export function tellPeers(peers: ClientParts["peers"], { token, user, refreshToken, endsAt }: Held): void {
  peers.say({ type: "session", token, user, refreshToken, seconds: (endsAt - performance.now()) / 1000 });
}
