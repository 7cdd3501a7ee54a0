import { print, write } from "../terminal/print.js";
import { printable, printableLine } from "../terminal/printable.js";

/** Tells what became of the lines of an import while it runs. */
export interface ImportReport {
  refuse(line: number, reason: string): Promise<void>;
  count(outcome: "added" | "present"): void;
  /** Rewrites one line at a terminal. */
  progress(): void;
  end(isDryRun: boolean): Promise<void>;
  /** Whether a line was refused. */
  hasRefused(): boolean;
}

/** Makes a report: for people with each refused line on standard error, for programs one JSON document that is written as it grows. */
export function createImportReport(isJson: boolean): ImportReport {
  const { stderr } = process;
  const counts = { added: 0, present: 0, refused: 0 };
  const clear = stderr.isTTY ? "\r\u001b[K" : "";
  return {
    async refuse(line, reason) {
      counts.refused++;
      if (!isJson) stderr.write(`${clear}line ${line}: ${printableLine(reason)}\n`);
      else {
        const opening = counts.refused === 1 ? '{"refused": [' : ",";
        await write(`${opening}\n  ${printable(JSON.stringify({ line, reason }))}`);
      }
    },
    count(outcome) {
      counts[outcome]++;
    },
    progress() {
      const { added, present, refused } = counts;
      if (stderr.isTTY) stderr.write(`${clear}${added} added, ${present} present, ${refused} refused`);
    },
    async end(isDryRun) {
      if (stderr.isTTY) stderr.write(clear);
      const { added, present, refused } = counts;
      if (isJson) {
        const opening = refused === 0 ? '{"refused": []' : "\n]";
        await write(`${opening}, "added": ${added}, "present": ${present}, "dry_run": ${isDryRun}}\n`);
      } else {
        const note = isDryRun ? " (a dry run: nothing was written)" : "";
        await print(`added ${added}, present ${present}, refused ${refused}${note}`);
      }
    },
    hasRefused: () => counts.refused > 0,
  };
}
