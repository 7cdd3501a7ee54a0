import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { CsvError, type Info, parse } from "csv-parse";
import { type ImportLine, importLine, LONGEST_LINE_BYTES, MEMBERS, shownName } from "./import-line.js";

interface CsvRecord {
  readonly record: readonly Buffer[];
  readonly info: Info;
}

/**
 * The users of CSV (RFC 4180) whose first line names the columns. Throws where these are wrong, and where a quote is never closed: what
 * follows could be read as users that nobody wrote.
 */
export async function* readCsv(bytes: AsyncIterable<Buffer>): AsyncGenerator<ImportLine> {
  let columns: readonly string[] | undefined;
  try {
    for await (const { record, info } of recordsOf(bytes)) {
      if (columns === undefined) columns = requireColumns(record);
      else yield readRecord(info.lines, columns, record);
    }
  } catch (error) {
    throw error instanceof CsvError ? sentenceOf(error) : error;
  }
}

function recordsOf(bytes: AsyncIterable<Buffer>): AsyncIterable<CsvRecord> {
  return Readable.from(bytes).compose(
    parse({
      // Fields come as bytes, so that what is not UTF-8 is refused and not mended.
      encoding: null,
      info: true,
      max_record_size: LONGEST_LINE_BYTES,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }),
  ) as AsyncIterable<CsvRecord>;
}

function requireColumns(record: readonly Buffer[]): readonly string[] {
  const columns = record.map((name) => name.toString().trim());
  const unknown = columns.find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) {
    throw new Error(`The first line has a column ${shownName(unknown)}; known are ${MEMBERS.join(", ")}.`);
  }
  const double = columns.find((name, index) => columns.indexOf(name) !== index);
  if (double !== undefined) throw new Error(`The first line has the column ${shownName(double)} twice.`);
  const missing = ["username", "hash"].find((name) => !columns.includes(name));
  if (missing !== undefined) throw new Error(`The first line must name the columns, and has no ${missing}.`);
  return columns;
}

function readRecord(line: number, columns: readonly string[], record: readonly Buffer[]): ImportLine {
  if (record.length !== columns.length) {
    return { line, reason: `The line has ${record.length} fields and the first line ${columns.length}.` };
  }
  if (!record.every(isUtf8)) return { line, reason: "This is not UTF-8." };
  const texts = Object.fromEntries(columns.map((name, index) => [name, record[index]?.toString() ?? ""]));
  const roles = (texts.roles ?? "").split(/[\s;]+/).filter((role) => role !== "");
  return importLine(line, { ...texts, email: texts.email || null, roles });
}

function sentenceOf({ code, lines }: CsvError & { readonly lines?: unknown }): Error {
  const line = `Line ${lines}`;
  if (code === "CSV_QUOTE_NOT_CLOSED") return new Error(`${line}: a quote is not closed.`);
  if (code === "CSV_MAX_RECORD_SIZE") {
    return new Error(
      `${line}: a record is longer than ${LONGEST_LINE_BYTES} bytes; is there a quote that is not closed?`,
    );
  }
  return new Error(`${line} is not CSV (${code}).`);
}
