import { CommanderError } from "commander";
import { EXIT } from "../exit-code.js";
import { type Ask, atTerminal } from "./at-terminal.js";

const TRIES = 3;
const LONGEST_BYTES = 16_384;

/** A password, asked for twice at a terminal and hidden there, or the one line that standard input holds. */
export function readPassword(): Promise<string> {
  return process.stdin.isTTY ? atTerminal(askTwice, { isHidden: true }) : readLine();
}

async function askTwice(ask: Ask): Promise<string> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const password = await ask("Password: ");
    if (password === (await ask("The same again: "))) return password;
    process.stderr.write("The two are not the same.\n");
  }
  throw new Error("No password was given twice.");
}

/** Only the line break at the end is no part of the password. */
async function readLine(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_BYTES) throw wrong("is too long for a password");
  }
  const password = decode(Buffer.concat(chunks)).replace(/\r?\n$/, "");
  if (password === "") throw wrong("holds no password");
  if (password.includes("\n")) throw wrong("holds more than one line");
  return password;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrong("is not UTF-8");
  }
}

function wrong(what: string): CommanderError {
  return new CommanderError(EXIT.usage, "latchkey.input", `standard input ${what}`);
}
