import { AuthError } from "../errors/auth-error.js";

/** An e-mail address as it was typed, and the key under which it is unique: its domain in lower case, its local part untouched. */
export interface Email {
  readonly shown: string;
  readonly key: string;
}

const LONGEST = 254;
// One @; a dot-atom of RFC 5322 before it (no quotes, no comments), a host name with a dot behind it.
const SHAPE =
  /^[^\s"(),:;<>@[\\\]\p{C}]{1,64}@(?=[^@]{1,253}$)(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u;

/** Checks an e-mail address. Throws `invalid_request` that names the field. */
export function requireEmail(typed: string): Email {
  if (typed.length > LONGEST) throw wrong();
  const at = typed.lastIndexOf("@");
  const domain = typed
    .slice(at + 1)
    .normalize("NFKC")
    .toLowerCase();
  const local = typed.slice(0, Math.max(at, 0)).normalize("NFC");
  const address = `${local}@${domain}`;
  // What a mail server may read as an @ or a comma must not stand in the local part either.
  const spellings = [address, `${local.normalize("NFKC")}@${domain}`];
  const isWrong = (text: string) => !SHAPE.test(text) || /^\.|\.\.|\.@/.test(text);
  if (address.length > LONGEST || spellings.some(isWrong)) throw wrong();
  return { shown: typed, key: address };
}

function wrong(): AuthError {
  return new AuthError("invalid_request", { fields: [{ field: "email", message: "This is not an e-mail address." }] });
}
