import { isTokenError, type TokenReason } from "../../tokens/index.js";
import { parseStrictObject } from "../../tokens/strict-json.js";
import { type ImportLine, importLine, LONGEST_LINE_BYTES, MEMBERS, shownName } from "./import-line.js";

const NEW_LINE = 0x0a;

const REASONS: Partial<Record<TokenReason, string>> = {
  not_utf8: "This is not UTF-8.",
  not_json: "This is not JSON.",
  not_an_object: "This is not a JSON object.",
  duplicate_member: "A member stands here twice.",
};

/** The users of JSON lines: one object a line, empty lines left out. */
export async function* readJsonLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<ImportLine> {
  let number = 0;
  for await (const text of linesOf(bytes)) {
    number++;
    if (text === "too long") yield { line: number, reason: `The line is longer than ${LONGEST_LINE_BYTES} bytes.` };
    else if (text.some((byte) => byte > 0x20)) yield readLine(number, text);
  }
}

function readLine(line: number, text: Buffer): ImportLine {
  try {
    const values = parseStrictObject(text, "payload");
    const unknown = Object.keys(values).find((name) => !MEMBERS.includes(name));
    if (unknown === undefined) return importLine(line, values);
    return { line, reason: `There is a member ${shownName(unknown)}; known are ${MEMBERS.join(", ")}.` };
  } catch (error) {
    if (!isTokenError(error)) throw error;
    return { line, reason: REASONS[error.reason] ?? "This is no JSON that can be stored." };
  }
}

/** Lines without their ends; what is too long is never kept whole. */
async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | "too long"> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= LONGEST_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const take = () => {
    const line = length > LONGEST_LINE_BYTES ? ("too long" as const) : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}
