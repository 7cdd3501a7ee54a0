import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const VERSION = 1;
const IV = 12;
const TAG = 16;

/** What a sealed key is called and what it is for: bound in, so that none can stand in for another. */
export interface SealLabel {
  readonly kid: string;
  readonly purpose: string;
}

/** Encrypts bytes with AES-256-GCM under a label. */
export function seal(plain: Uint8Array, masterKey: Uint8Array, label: SealLabel): string {
  const iv = randomBytes(IV);
  const cipher = createCipheriv("aes-256-gcm", masterKey, iv, { authTagLength: TAG });
  cipher.setAAD(bound(label));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), text]).toString("base64url");
}

/** What {@link seal} encrypted; `undefined` where the master key or the label is another, or a bit has changed. */
export function unseal(sealed: string, masterKey: Uint8Array, label: SealLabel): Buffer | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes[0] !== VERSION || bytes.length < 1 + IV + TAG) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", masterKey, bytes.subarray(1, 1 + IV), { authTagLength: TAG });
  decipher.setAAD(bound(label));
  decipher.setAuthTag(bytes.subarray(1 + IV, 1 + IV + TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(1 + IV + TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function bound({ kid, purpose }: SealLabel): Buffer {
  return Buffer.from(JSON.stringify(["latchkey key", VERSION, purpose, kid]));
}
