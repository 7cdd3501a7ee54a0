import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Somebody at the terminal who did not want to answer. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** Asks a question and gives the line that was typed. Throws {@link Interrupted} on Ctrl-C and Ctrl-D. */
export type Ask = (question: string) => Promise<string>;

/** Lets an act ask at the terminal, on standard error; `isHidden`: nothing of the answers is shown. The terminal is left as it was. */
export async function atTerminal<T>(
  act: (ask: Ask) => Promise<T>,
  { isHidden = false }: { readonly isHidden?: boolean } = {},
): Promise<T> {
  const { stdin, stderr } = process;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // One interface for all questions: what is typed ahead is kept.
  const lines = createInterface({
    input: stdin,
    output: isHidden ? nowhere : stderr,
    terminal: true,
    historySize: 0,
    prompt: "",
  });
  const typed = lines[Symbol.asyncIterator]();
  try {
    return await act(async (question) => {
      stderr.write(question);
      const { done, value } = await typed.next();
      if (isHidden || done === true) stderr.write("\n");
      if (done === true) throw new Interrupted("Interrupted.");
      return value;
    });
  } finally {
    lines.close();
  }
}
