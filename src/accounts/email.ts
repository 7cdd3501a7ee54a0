import { domainToASCII, domainToUnicode } from "node:url";
import { AuthError } from "../errors/auth-error.js";
import { hasInvisible } from "./has-invisible.js";

/** An e-mail address as it was typed, and the key under which it is unique: its domain as DNS has it, its local part untouched. */
export interface Email {
  readonly shown: string;
  readonly key: string;
}

// Octets, as RFC 5321 section 4.5.3.1 counts them.
const LONGEST_LOCAL = 64;
const LONGEST = 254;
// One @; a dot-atom of RFC 5322 before it (no quotes, no comments), a host name with a dot behind it, whose last label is no number.
const SHAPE =
  /^(?!\.)(?:[^\s"(),.:;<>@[\\\]\p{C}]|\.(?![.@]))+@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+(?!\p{N}+$)[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}]$/u;

/** Checks an e-mail address. Throws `invalid_request` that names the field. */
export function requireEmail(typed: string): Email {
  const key = findEmailKey(typed);
  if (key === undefined) throw wrong();
  return { shown: typed, key };
}

function findEmailKey(typed: string): string | undefined {
  // Only so much text is normalized.
  if (typed.length > LONGEST || hasInvisible(typed)) return undefined;
  const at = typed.lastIndexOf("@");
  const local = typed.slice(0, Math.max(at, 0)).normalize("NFC");
  const domain = typed.slice(at + 1).normalize("NFKC");
  // What a mail server may read as an @ or a comma must not stand in the local part either. The domain is looked at before domainToASCII,
  // which reads the host of a URL: it would decode a percent sign and forget what follows a slash.
  if (!SHAPE.test(`${local.normalize("NFKC")}@${domain}`)) return undefined;
  const host = domainToASCII(domain);
  // What no punycode decodes to is let through by the newest Node and by no older one.
  if (/(?:^|\.)xn--/.test(domainToUnicode(host))) return undefined;
  const address = `${local}@${host}`;
  const fits = Buffer.byteLength(local) <= LONGEST_LOCAL && Buffer.byteLength(address) <= LONGEST;
  return fits && SHAPE.test(address) ? address : undefined;
}

function wrong(): AuthError {
  return new AuthError("invalid_request", { fields: [{ field: "email", message: "This is not an e-mail address." }] });
}
