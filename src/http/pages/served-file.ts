import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { isKnown } from "../published.js";
import type { Reply } from "../route.js";

/** A file in one of its codings, with the headers that name it. */
interface Form {
  readonly coding: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string };
}

/** A file as it can be sent: the shortest coding first, and last the bytes themselves. */
export type ServedFile = readonly Form[];

const CODINGS: readonly (readonly [coding: string, encode: (bytes: Uint8Array) => Promise<Buffer>])[] = [
  // The highest quality takes twenty times as long, for two bytes in a hundred.
  ["br", (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })],
  ["gzip", (bytes) => promisify(gzip)(bytes, { level: 9 })],
];
const TEXT = /^(?:text\/|image\/svg)/;

/** Prepares a file for sending; texts are compressed, here and once. `headers` name its type and say who may keep it. */
export async function servedFile(
  content: string | Uint8Array,
  headers: Readonly<Record<string, string>> & { readonly "content-type": string },
): Promise<ServedFile> {
  const bytes = new Uint8Array(Buffer.from(content));
  const codings = TEXT.test(headers["content-type"]) ? CODINGS : [];
  const encoded = await Promise.all(
    codings.map(async ([coding, encode]) => ({ coding, bytes: new Uint8Array(await encode(bytes)) })),
  );
  const shorter = encoded.filter((form) => form.bytes.length < bytes.length);
  return [
    ...shorter.map((form) => formOf(form, { ...headers, "content-encoding": form.coding })),
    formOf({ coding: "identity", bytes }, headers),
  ];
}

/** RFC 9110 section 8.8.3: each coding has a tag of its own. */
function formOf({ coding, bytes }: Pick<Form, "coding" | "bytes">, headers: Readonly<Record<string, string>>): Form {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  const length = String(bytes.length);
  return { coding, bytes, headers: { ...headers, etag, "content-length": length, vary: "origin, accept-encoding" } };
}

/** The answer to a `GET` of a file. */
export function replyWith(file: ServedFile, request: Request): Reply {
  const accepted = acceptedCodings(request.headers.get("accept-encoding"));
  const form = file.find(({ coding }) => coding === "identity" || accepted.has(coding));
  if (form === undefined) throw new TypeError("A file is without the bytes themselves.");
  const { bytes, headers } = form;
  if (!isKnown(request, headers.etag)) return { status: 200, bytes, headers };
  const { "content-length": _, "content-type": __, "content-encoding": ___, ...kept } = headers;
  return { status: 304, headers: kept };
}

/** RFC 9110 section 12.5.3: the codings that are named, and not with a weight of nothing. */
function acceptedCodings(header: string | null): ReadonlySet<string> {
  const parts = (header ?? "").toLowerCase().split(",");
  const named = parts.map((part) => part.split(";").map((piece) => piece.trim()));
  return new Set(
    named.filter(([, ...rest]) => !rest.some((weight) => /^q=0(?:\.0*)?$/.test(weight))).map(([coding = ""]) => coding),
  );
}
