import { createInterface } from "node:readline/promises";
import { PassThrough } from "node:stream";

/** The one line of standard input; at a terminal it is asked for, and not shown. Arguments of a program can be read by everybody on the machine. */
export async function readPassword() {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write("Password: ");
  // Whatever is typed is shown to nobody.
  const lines = createInterface({ input: stdin, output: new PassThrough().resume(), terminal: stdin.isTTY === true });
  const { value = "" } = await lines[Symbol.asyncIterator]().next();
  lines.close();
  if (stdin.isTTY) stderr.write("\n");
  return value;
}
