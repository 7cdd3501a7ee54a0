/** Bytes as base64url without padding (RFC 7515 section 2). */
export function encodeBase64url(bytes: Uint8Array | string): string {
  return typeof bytes === "string"
    ? Buffer.from(bytes).toString("base64url")
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/**
 * The bytes of a base64url text, or `undefined` where it is not the one canonical spelling of them. What encodes back to itself has
 * the right alphabet, no padding, no white space and no stray bits in its last character. (Counting the bytes would not do: the
 * decoder takes U+0141 for the A that its low byte is.)
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
