import { colour } from "./colour.js";
import { printableLine } from "./printable.js";

/** One column of a table: its title and what it shows of a row. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

/** Makes a printer of rows, the first of which come under the titles. Columns grow and never shrink, so that rows can come in pieces. */
export function createTable<Row>(columns: readonly Column<Row>[]): (rows: readonly Row[]) => string {
  let widths = columns.map(({ title }) => title.length);
  let isBegun = false;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(cell))))
      .join("  ")
      .trimEnd();
  return (rows) => {
    const shown = rows.map((row) => columns.map(({ cell }) => printableLine(cell(row))));
    widths = widths.map((width, index) =>
      shown.reduce((most, cells) => Math.max(most, lengthOf(cells[index] ?? "")), width),
    );
    const titles = isBegun ? [] : [colour("bold", line(columns.map(({ title }) => title)))];
    isBegun = true;
    return [...titles, ...shown.map(line)].map((text) => `${text}\n`).join("");
  };
}

function lengthOf(text: string): number {
  return [...text].length;
}
