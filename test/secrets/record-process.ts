import { recorder, recordMasterKey, recordPassword, recordTokens } from "./record.js";

/** What a process has printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

const ASKS_FOR_PASSWORD = /^user (?:add|set-password) /;

/** Notes what a command was given and what it printed, but for what it was asked to print. */
export function recordProcess(parameters: readonly string[], { stdout, stderr }: Printed, input = ""): void {
  const command = parameters.join(" ");
  recordTokens(`${command}\n${input}`);
  if (ASKS_FOR_PASSWORD.test(command)) recordPassword(input.replace(/\r?\n$/, ""));
  recorder.output("stderr", `latchkey ${command}`, stderr);
  if (command === "secret new") recordMasterKey(stdout.trim());
  else recorder.output("stdout", `latchkey ${command}`, stdout);
}

/** Notes what was typed at a terminal where a password was asked for, and the whole screen. */
export function recordTyped(
  parameters: readonly string[],
  steps: readonly (readonly [string, string])[],
  screen: string,
): void {
  for (const [asked, typed] of steps)
    if (/^(?:Password|The same again)/.test(asked)) recordPassword(typed.replace(/[\r\n]+$/, ""));
  recorder.output("stdout", `latchkey ${parameters.join(" ")}`, screen);
}
