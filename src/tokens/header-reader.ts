import { type Header, LONGEST_TOKEN, parseHeader } from "./compact.js";
import { requireAlgorithmOf, requireNamedKey } from "./jws.js";
import { isKey, type Key, requireKeySet, type VerifyingKey, verifyingHalf } from "./key.js";
import { type Profile, plainType } from "./profiles.js";
import { type SignatureCheck, signatureCheck } from "./signature.js";
import { TokenError } from "./token-error.js";

/** Chooses the key of a token by its header alone, before anything of the token is trusted; `undefined` refuses. */
export type KeyChooser = (header: Header) => Key | undefined;
export type KeySource = readonly Key[] | KeyChooser;

/** A header that fits a profile, and the key that it names. */
export interface OpenHeader {
  readonly header: Header;
  readonly key: VerifyingKey;
  readonly check: SignatureCheck;
}

/** Reads headers for one verifier. */
export interface HeaderReader {
  read(headerText: string): OpenHeader;
  recognizes(token: string): boolean;
  /** Whether the key that once verified a token is still the key of its header. */
  stillHolds(header: Header, key: VerifyingKey): boolean;
  replaceKeys(keys: KeySource): void;
}

const MOST_KEPT = 64;
const LONGEST_KEPT = 512;

/** Makes a reader. Headers of one issuer repeat, so the ones that fitted are kept, a few of them, by their text. */
export function createHeaderReader(source: KeySource, profile: Profile): HeaderReader {
  const kept = new Map<string, OpenHeader>();
  let last: { readonly text: string; readonly open: OpenHeader } | undefined;
  let choose = chooserOf(source, profile);

  const openHeader = (headerText: string): OpenHeader => {
    const header = parseHeader(headerText);
    if (profile.kidRequired && header.kid === undefined) {
      throw new TokenError("key_id_missing", "key", { claim: "kid" });
    }
    const key = choose.key(header);
    requireType(header, profile);
    return { header, key, check: signatureCheck(key) };
  };

  const read = (headerText: string): OpenHeader => {
    if (last?.text === headerText) return last.open;
    const known = kept.get(headerText);
    if (known !== undefined) {
      last = { text: headerText, open: known };
      return known;
    }
    const open = openHeader(headerText);
    if (choose.fixed && headerText.length <= LONGEST_KEPT) {
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(headerText, open);
    }
    return open;
  };

  return {
    read,
    recognizes: (token) => {
      try {
        if (token.length > LONGEST_TOKEN) return false;
        read(token.slice(0, Math.max(token.indexOf("."), 0)));
        return true;
      } catch {
        return false;
      }
    },
    stillHolds: (header, key) => choose.fixed || choose.key(header) === key,
    replaceKeys(keys) {
      choose = chooserOf(keys, profile);
      kept.clear();
      last = undefined;
    },
  };
}

/** How a source answers; `fixed` where the same header always gives the same key. */
function chooserOf(
  source: KeySource,
  { secretsOnly, name }: Profile,
): { readonly fixed: boolean; key(header: Header): VerifyingKey } {
  if (typeof source !== "function") {
    const byKid = requireKeySet(source);
    if (secretsOnly && source.some(({ kind }) => kind !== "secret")) {
      throw new TypeError(`Tokens of the profile ${name} are signed by HMAC alone: HS256, HS384 or HS512.`);
    }
    return { fixed: true, key: (header) => requireNamedKey(header, byKid) };
  }
  return {
    fixed: false,
    key: (header) => {
      const key = chosen(source, header);
      if (!isKey(key) || (secretsOnly && key.kind !== "secret")) {
        throw new TokenError("key_unknown", "key", { claim: "kid", actual: header.kid });
      }
      return requireAlgorithmOf(verifyingHalf(key), header);
    },
  };
}

/** A function that fails on a header that it did not expect has chosen no key. */
function chosen(source: KeyChooser, header: Header): unknown {
  try {
    return source(header);
  } catch (cause) {
    throw new TokenError("key_unknown", "key", { claim: "kid", actual: header.kid, cause });
  }
}

function requireType(header: Header, { type, typeRequired, timesInHeader }: Profile): void {
  if (Object.hasOwn(header, "exp") !== timesInHeader) {
    throw new TokenError("wrong_type", "type", { claim: "exp", part: "header", actual: header.exp });
  }
  const given = header.typ;
  if (given === undefined && !typeRequired) return;
  const expected = type && plainType(type);
  if (given === undefined || plainType(given) !== expected) {
    throw new TokenError("wrong_type", "type", { claim: "typ", expected, actual: given });
  }
}
