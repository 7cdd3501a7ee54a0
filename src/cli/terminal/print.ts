import { printable } from "./printable.js";

/** Writes a text as it is to standard output; answers whether somebody still reads it. */
export function write(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** Writes lines to standard output, with nothing in them that a terminal would obey. */
export function print(text: string): Promise<boolean> {
  return write(`${printable(text)}\n`);
}

/** Writes one JSON document to standard output. */
export function printJson(value: unknown): Promise<boolean> {
  return print(JSON.stringify(value, null, 2));
}
