import { importKey } from "latchkey/tokens";

/** A setting without which the tour does not start: its message names it, and not its value. */
export class SettingError extends Error {}

/** The settings from the environment; a `SettingError` for a missing or weak secret, and for a port that is none. */
export function readSettings({ JWT_SECRET_KEY, PORT = "5000", OVERRIDES }) {
  return { secret: requireSecret(JWT_SECRET_KEY), port: requirePort(PORT), overrides: OVERRIDES === "1" };
}

function requireSecret(secret) {
  if (!secret) {
    throw new SettingError(
      "JWT_SECRET_KEY is missing: set it to 32 random bytes, such as `openssl rand -hex 32` prints.",
    );
  }
  try {
    importKey(secret, { alg: "HS256" });
  } catch (error) {
    throw new SettingError(`JWT_SECRET_KEY will not do. ${error.message}`);
  }
  return secret;
}

function requirePort(text) {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new SettingError("PORT must be a number from 0 to 65535.");
  return port;
}
