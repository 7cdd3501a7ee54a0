import { createHmac, randomUUID } from "node:crypto";

/** Claims or members of a header, of any shape; `undefined` takes one away. */
export type Members = Readonly<Record<string, unknown>>;

/** Writes tokens by hand, so that they can be wrong in every way. */
export interface Forge {
  /** A good access token of ada, but for these claims, this header, and what signs it. */
  token(claims?: Members, header?: Members, sign?: Sign): string;
  /** The moment at which tokens are made, in seconds. */
  readonly now: number;
}

type Sign = (text: string, secret: string) => string;

/** What every good token repeats in its `csrf` claim. */
export const CSRF = "0e5b6c52-3a94-4f7e-9c3b-6f2d0f9a1b7c";

export const OVERRIDDEN: Members = { iss: "iss-1", aud: ["aud-1", "aud-2"] };

export const hmac =
  (hash: string, key?: string): Sign =>
  (text, secret) =>
    createHmac(hash, key ?? secret)
      .update(text)
      .digest("base64url");

/** Makes the forge of a secret; `extra` are claims that its good tokens have besides. */
export function createForge(secret: string, extra: Members = {}): Forge {
  const now = Math.floor(Date.now() / 1000);
  return {
    now,
    token(claims = {}, header = {}, sign = hmac("sha256")) {
      const payload = {
        fresh: true,
        iat: now,
        jti: randomUUID(),
        type: "access",
        sub: "ada",
        csrf: CSRF,
        exp: now + 900,
        ...extra,
        ...claims,
      };
      const text = `${encode({ alg: "HS256", typ: "JWT", ...header })}.${encode(payload)}`;
      return `${text}.${sign(text, secret)}`;
    },
  };
}

/** A part of a token. */
export function encode(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}
