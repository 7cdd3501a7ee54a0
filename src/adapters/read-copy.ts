// A body is looked into before anybody has shown who they are.
const LONGEST = 1_048_576;

/** The body of a request, read from a copy, so that it stays the application's; `undefined` for one over 1 MiB, and for none. */
export async function readCopy(request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (request.bodyUsed || request.body === null) return undefined;
  const reader = request.clone().body?.getReader();
  if (reader === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length > LONGEST) {
      // It ends when the application lets go of its half too, which nobody should wait for.
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(part.value);
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let start = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, start);
    start += chunk.byteLength;
  }
  return bytes;
}
