import { importKey } from "latchkey/tokens";

/** A setting without which an example does not start: its message names it, and not its value. */
export class SettingError extends Error {}

const ADVICE = "Set it to 32 random bytes, such as `openssl rand -hex 32` prints.";

/** The secret of that name in the environment; a `SettingError` where it is missing, or could be guessed. */
export function requireSecret(name) {
  const secret = process.env[name];
  if (!secret) throw new SettingError(`${name} is missing. ${ADVICE}`);
  try {
    importKey(secret, { alg: "HS256" });
  } catch (error) {
    throw new SettingError(`${name} will not do: ${error.message} ${ADVICE}`);
  }
  return secret;
}

/** The port from `PORT`, 5000 where it is not set; a `SettingError` where it is none. */
export function requirePort() {
  const text = process.env.PORT || "5000";
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new SettingError("PORT must be a number from 0 to 65535.");
  return port;
}

/** Runs the start of an example; without a setting that it needs, it ends with a sentence and exit code 78. */
export async function start(run) {
  try {
    await run();
  } catch (error) {
    console.error(sentenceFor(error));
    process.exitCode = 78;
  }
}

function sentenceFor(error) {
  if (error instanceof SettingError) return error.message;
  if (error.code === "EADDRINUSE" || error.code === "EACCES")
    return `PORT is not free: ${error.message}. Name another one, such as PORT=5001.`;
  throw error;
}
