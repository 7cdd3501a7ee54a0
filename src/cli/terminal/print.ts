import { printable, printableLine } from "./printable.js";

/** Writes a text as it is to standard output; answers whether somebody still reads it. */
export function write(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** Writes one line to standard output, with nothing in it that a terminal would obey. */
export function print(text: string): Promise<boolean> {
  return write(`${printableLine(text)}\n`);
}

/** Writes one JSON document to standard output. */
export function printJson(value: unknown): Promise<boolean> {
  return write(`${printable(JSON.stringify(value, null, 2))}\n`);
}
