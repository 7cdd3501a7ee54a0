import { isAuthError } from "../errors/auth-error.js";
import type { ClientParts } from "./client-parts.js";
import type { Tokens } from "./create-server-calls.js";
import { readClaims } from "./read-claims.js";
import { type Held, lifeOf } from "./state.js";
import { warnOfRefusal } from "./warnings.js";

// `csrf` says that this page gets none. Where fields are wrong there was no token, or none that could be one.
const ENDINGS = /^(invalid_grant|csrf)$/;

/**
 * Makes the function that gets the next tokens, once at a time: whoever asks while it is at it waits for the same result. A refusal ends the session of this tab and
 * tells no other one; whatever else fails is thrown, and leaves the session as it is. For a request that is answered on a server it gets them once at all: the
 * request's cookie has been used then.
 */
export function createRenewal(parts: ClientParts): () => Promise<void> {
  let flight: Promise<void> | undefined;
  return () => {
    flight ??= renew(parts).finally(() => {
      if (parts.settings.cookies === undefined) flight = undefined;
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
    if (!isAuthError(error) || !(error.fields || ENDINGS.test(error.code))) throw error;
    warnOfRefusal(parts.settings, error, held !== undefined);
    session.end("session_ended");
    await parts.vault.write(undefined);
  } finally {
    release();
  }
}

async function refresh(parts: ClientParts): Promise<void> {
  const { session, peers, vault, settings } = parts;
  const { era, held } = session;
  const refreshToken = await vault.read();
  if (settings.transport === "bearer" && refreshToken === undefined) return session.end("session_ended");
  const tokens = await parts.calls.refresh(refreshToken).catch(async (error: unknown) => {
    // A tab that sees no marks, or another machine, may have put the next one into a storage that is shared.
    const latest = await vault.read();
    if (latest === undefined || latest === refreshToken) throw error;
    return parts.calls.refresh(latest);
  });
  // What followed on what is held still is newer, whatever the clock of the server says.
  const isLate = () => session.era !== era || (session.held !== held && isOlder(session, tokens.token));
  // The next one counts from now on, whatever becomes of the rest.
  if (!isLate()) await vault.write(tokens.refresh_token);
  if (isLate()) return;
  const next = heldOf(tokens);
  session.renew(next);
  tellPeers(peers, next);
}

/** Whether a token was made before the one that is held, whatever came first: its `jti` begins with 48 bits of milliseconds (RFC 9562 section 5.7). */
export function isOlder({ state }: ClientParts["session"], token: string): boolean {
  return (readClaims(token)?.jti ?? "~") < (state.claims?.jti?.slice(0, 13) ?? "");
}

/** A session of an answer. */
export function heldOf({ token, user, refresh_token: refreshToken, expires_in }: Tokens): Held {
  return { token, user, refreshToken, ...lifeOf(expires_in) };
}

/** Hands a session to the other tabs. */
export function tellPeers(peers: ClientParts["peers"], { token, user, refreshToken, endsAt }: Held): void {
  peers.say({ type: "session", token, user, refreshToken, seconds: (endsAt - performance.now()) / 1000 });
}
