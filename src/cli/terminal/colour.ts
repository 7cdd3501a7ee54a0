import { styleText } from "node:util";

/** A text in a colour where standard output is a terminal that has colours and `NO_COLOR` is not set; else as it is. */
export function colour(name: "bold" | "green" | "red", text: string): string {
  const { stdout } = process;
  return stdout.isTTY && stdout.hasColors() ? styleText(name, text) : text;
}
