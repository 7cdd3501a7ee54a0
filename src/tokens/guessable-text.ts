import { isUtf8 } from "node:buffer";
import { isPublishedSecret } from "./published-secrets.js";

const WHITE_SPACE = new Set([0x09, 0x0a, 0x0d]);

/** Whether bytes are text that a person could have typed. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && bytes.every((byte) => byte >= 0x20 || WHITE_SPACE.has(byte));
}

/** The bytes themselves, and what they are the hexadecimal or base64 spelling of: nonsense where they are none. */
export function readingsOf(bytes: Buffer): readonly Buffer[] {
  const text = bytes.toString().replace(/\s/g, "");
  return [bytes, Buffer.from(text, "hex"), Buffer.from(text, "base64")];
}

const HEX = /^[0-9a-f]+$/i;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
// A UUID, or 16 bytes in hexadecimal: 128 bits at most, where a key of HMAC wants 256.
const HALF_A_KEY = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const WORDS_ALONE = /^(?:[a-z]+|[A-Z]+)$/;
const WORDS_AND_MARKS = /^(?:[a-z _.,;:!?'-]+|[A-Z _.,;:!?'-]+|[0-9 ._-]+)$/;
// As many letters of one case as are worth 225 bits by chance.
const LONG = 48;

/** Whether a text is published, is half a key, repeats itself, is digits alone, or reads like words instead of chance: as it is, or as what it spells. */
export function isGuessable(text: string): boolean {
  if (isPublishedSecret(text) || HALF_A_KEY.test(text) || holdsWord(text)) return true;
  if ((text + text).indexOf(text, 1) < text.length) return true;
  if (WORDS_AND_MARKS.test(text) && !(text.length >= LONG && WORDS_ALONE.test(text))) return true;
  if (bitsOf(text) < 96) return true;
  // Tutorials share generators that write printable characters in hexadecimal; chance does not.
  if (HEX.test(text) && isText(Buffer.from(text, "hex"))) return true;
  const bytes = Buffer.from(text, "base64");
  return BASE64.test(text) && isText(bytes) && isGuessable(bytes.toString("utf8"));
}

const WORD =
  /secret|passw(?:or)?d|thisis|verylong|very[-_ ]long|signing|change[-_ ]?(?:me|this|in)|example|insecure|qwerty|letmein|default|token[-_ ]?key|jwt[-_ ]?(?:key|token)|(?<![a-z0-9])(?:your|super|test)[-_ ]|private[-_ ]?key|development|production|bits[-_ ]long|quickbrown|abcdefgh|01234567|12345678/gi;

/** Whether a text holds a word that gives it away, also with digits and signs in place of letters. */
function holdsWord(text: string): boolean {
  const unmasked = text.replace(/[@0134$5]/g, (sign) => UNMASKED[sign] ?? sign);
  return [text, unmasked].some((spelled) =>
    [...spelled.matchAll(WORD)].some(({ 0: word, index }) => isWritten(text.slice(index, index + word.length))),
  );
}

const UNMASKED: Readonly<Record<string, string>> = {
  "@": "a",
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  $: "s",
  "5": "s",
};

/** Chance mixes the cases; people write a word in small letters, in capitals, or with a capital in front of its parts. */
function isWritten(word: string): boolean {
  return /^(?:[a-z]*|[A-Z]+|(?:[A-Z][a-z]+){1,3})$/.test(word.replace(/[^a-z]/gi, ""));
}

/** Shannon's entropy of the text by the frequency of its own characters, in bits: an upper limit of what it is worth. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...text].length;
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / length);
  return bits;
}
