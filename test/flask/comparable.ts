import type { Answer } from "../http/open-auth.js";

/** An answer as two applications give it that make tokens of their own: these are told by what they say. */
export interface Comparable {
  readonly status: number;
  readonly body: unknown;
  readonly cookies?: Readonly<Record<string, Cookie>>;
}

/** A cookie that an answer sets; its attributes are sorted. */
export interface Cookie {
  readonly value: unknown;
  readonly attributes: readonly string[];
}

/** Takes out of an answer what chance and the clock have put in. */
export function comparable({ status, headers, text, body }: Answer): Comparable {
  const isJson = headers.get("content-type")?.startsWith("application/json") === true;
  const cookies = headers.getSetCookie();
  return {
    status,
    // Pages of errors belong to the framework.
    body: isJson && text !== "" ? readable(body) : text === "" ? "" : "a page",
    ...(cookies.length > 0 && { cookies: Object.fromEntries(cookies.map(readCookie)) }),
  };
}

function readCookie(cookie: string): [string, Cookie] {
  const [pair = "", ...attributes] = cookie.split(/;\s*/);
  const cut = pair.indexOf("=");
  const value = readable(pair.slice(cut + 1));
  return [pair.slice(0, cut), { value, attributes: attributes.map(readAttribute).sort() }];
}

/** A date in the future moves with the clock, and what is left of a token's life is a moment less than the whole. */
function readAttribute(attribute: string): string {
  const date = /^expires=(.*)$/i.exec(attribute)?.[1];
  if (date !== undefined) return Date.parse(date) < Date.now() ? attribute : "Expires=later";
  const left = Number(/^max-age=(\d+)$/i.exec(attribute)?.[1]);
  const life = [900, 2_592_000].find((seconds) => left <= seconds && left > seconds - 30);
  return life === undefined ? attribute : `Max-Age=${life}`;
}

const TOKEN = /^([\w-]+)\.([\w-]+)\.[\w-]+$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, readable(member)]));
  if (typeof value !== "string") return value;
  if (UUID.test(value)) return "a UUID";
  const token = TOKEN.exec(value);
  return token === null ? value : readToken(token[1] ?? "", token[2] ?? "");
}

function readToken(header: string, payload: string): unknown {
  const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  const { iat, exp, nbf, ...claims } = decode(payload);
  const since = (moment: unknown) => (typeof moment === "number" ? moment - Number(iat) : moment);
  return {
    header: decode(header),
    claims: readable(claims),
    isNew: Math.abs(Number(iat) - Date.now() / 1000) < 60,
    lifetime: since(exp),
    ...(nbf !== undefined && { validAfter: since(nbf) }),
  };
}
