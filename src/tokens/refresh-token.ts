import { createHmac, timingSafeEqual } from "node:crypto";
import { decodeBase64url } from "./base64url.js";

const VERSION = 1;
const LABEL = "latchkey refresh token v1";
const BODY = 1 + 4 + 16 + 4;
const MAC = 32;
const PREFIX = "lkr_";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isUint32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}

/** What a refresh token says in the clear: which data key made it, which session it is of, and which generation. */
export interface RefreshParts {
  readonly keyId: number;
  /** The session's id, a UUID. */
  readonly session: string;
  readonly generation: number;
}

/** What binds a refresh token to one session of one installation. Neither of them is enough without the other. */
export interface RefreshBinding {
  /** 32 random bytes, kept like a signing key. */
  readonly dataKey: Uint8Array;
  /** Changes when a backup is restored. */
  readonly epoch: string;
  /** The session's own random text. */
  readonly nonce: string;
}

/** Derives the refresh token of a session's generation: the same parts and binding always give the same token, so none is stored. */
export function deriveRefreshToken(parts: RefreshParts, binding: RefreshBinding): string {
  if (!UUID.test(parts.session) || !isUint32(parts.keyId) || !isUint32(parts.generation)) {
    throw new TypeError("A refresh token is of a session that is a UUID, and of whole numbers of 32 bits.");
  }
  const body = Buffer.alloc(BODY);
  body.writeUInt8(VERSION, 0);
  body.writeUInt32BE(parts.keyId, 1);
  body.write(parts.session.replaceAll("-", ""), 5, 16, "hex");
  body.writeUInt32BE(parts.generation, 21);
  return PREFIX + Buffer.concat([body, macOf(body, binding)]).toString("base64url");
}

/** Reads the parts of what looks like a refresh token, unverified; `undefined` for anything else, however little it differs. */
export function readRefreshToken(token: string): RefreshParts | undefined {
  const bytes = bytesOf(token);
  if (bytes === undefined) return undefined;
  const hex = bytes.toString("hex", 5, 21);
  const session = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  return { keyId: bytes.readUInt32BE(1), session, generation: bytes.readUInt32BE(21) };
}

/** Whether a refresh token was derived with this binding. Takes the same time for any wrong one. */
export function isRefreshToken(token: string, binding: RefreshBinding): boolean {
  const bytes = bytesOf(token);
  return bytes !== undefined && timingSafeEqual(bytes.subarray(BODY), macOf(bytes.subarray(0, BODY), binding));
}

function bytesOf(token: string): Buffer | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const bytes = decodeBase64url(token.slice(PREFIX.length));
  return bytes?.length === BODY + MAC && bytes[0] === VERSION ? bytes : undefined;
}

/** Every variable part is written with its length, so that no two bindings run into the same text. */
function macOf(body: Buffer, { dataKey, epoch, nonce }: RefreshBinding): Buffer {
  const mac = createHmac("sha256", dataKey);
  for (const part of [LABEL, epoch, nonce]) mac.update(`${Buffer.byteLength(part)}:${part}`);
  return mac.update(body).digest();
}
