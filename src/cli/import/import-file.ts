import { open } from "node:fs/promises";
import { CommanderError } from "commander";
import type { AuthServer } from "../../create-auth.js";
import { isAuthError } from "../../errors/auth-error.js";
import { EXIT } from "../exit-code.js";
import type { OutputFlags } from "../output-flags.js";
import { withAuth } from "../with-auth.js";
import type { ImportLine } from "./import-line.js";
import { createImportReport, type ImportReport } from "./import-report.js";
import { readCsv } from "./read-csv.js";
import { readJsonLines } from "./read-json-lines.js";

/** The flags of `user import`. */
export interface ImportFlags extends OutputFlags {
  readonly format?: "csv" | "jsonl";
  readonly dryRun?: boolean;
}

const BATCH = 500;

/** `latchkey user import`: answers whether every line was good. */
export async function importFile(file: string, flags: ImportFlags): Promise<boolean> {
  const format = flags.format ?? formatOf(file);
  const bytes = withoutMark(file === "-" ? process.stdin : await openFile(file));
  const lines = format === "csv" ? readCsv(bytes) : readJsonLines(bytes);
  const first = await lines.next();
  if (first.done === true) throw new Error(`${shownFile(file)} holds no users.`);
  const report = createImportReport(flags.json === true);
  const isDryRun = flags.dryRun === true;
  const act = async ({ users }: AuthServer) => {
    for await (const batch of batchesOf(first.value, lines)) {
      await importBatch(users, { batch, isDryRun, report });
      report.progress();
    }
  };
  const started = (auth: AuthServer) => act(auth).catch(howToGoOn);
  await withAuth(flags, started, isDryRun ? "pretend" : "make");
  await report.end(isDryRun);
  return !report.hasRefused();
}

function howToGoOn(cause: unknown): never {
  // What a client of the server may read says less than whoever runs it must know.
  const told = isAuthError(cause) && cause.cause instanceof Error ? cause.cause : cause;
  const why = told instanceof Error ? told.message : String(told);
  throw new Error(
    `${why.replace(/\.?$/, ".")} What was added before stays; run the import again when this is mended.`,
    { cause },
  );
}

function formatOf(file: string): "csv" | "jsonl" {
  if (/\.csv$/i.test(file)) return "csv";
  if (/\.(jsonl|ndjson)$/i.test(file)) return "jsonl";
  const message = `error: the name of ${shownFile(file)} does not tell the format: say --format csv or --format jsonl`;
  throw new CommanderError(EXIT.usage, "latchkey.format", message);
}

async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  try {
    const file = await open(path);
    if (!(await file.stat()).isDirectory()) return file.createReadStream();
    await file.close();
    throw new Error("it is a folder.");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Error(code === "ENOENT" ? `There is no file ${path}.` : `${path} cannot be read: ${message}`, { cause });
  }
}

function shownFile(file: string): string {
  return file === "-" ? "standard input" : file;
}

/** Leaves out the byte order mark that some programs write before UTF-8. */
async function* withoutMark(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (head === undefined) yield chunk;
    else {
      head = Buffer.concat([head, chunk]);
      if (head.length < 3) continue;
      yield head.subarray(head.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0);
      head = undefined;
    }
  }
  if (head !== undefined && head.length > 0) yield head;
}

async function* batchesOf(first: ImportLine, rest: AsyncIterable<ImportLine>): AsyncGenerator<readonly ImportLine[]> {
  let batch = [first];
  for await (const line of rest) {
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
    batch.push(line);
  }
  yield batch;
}

interface Batch {
  readonly batch: readonly ImportLine[];
  readonly isDryRun: boolean;
  readonly report: ImportReport;
}

async function importBatch(users: AuthServer["users"], { batch, isDryRun, report }: Batch): Promise<void> {
  const given = batch.flatMap((line) => ("user" in line ? [line.user] : []));
  const outcomes = (await users.import(given, { dryRun: isDryRun }))[Symbol.iterator]();
  for (const each of batch) {
    const outcome = "user" in each ? outcomes.next().value : undefined;
    if ("reason" in each) await report.refuse(each.line, each.reason);
    else if (outcome?.outcome === "refused") await report.refuse(each.line, outcome.reason);
    else if (outcome !== undefined) report.count(outcome.outcome);
  }
}
