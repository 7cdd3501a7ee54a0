import { isUtf8 } from "node:buffer";

const WHITE_SPACE = new Set([0x09, 0x0a, 0x0d]);

/** Whether bytes are text that a person could have typed. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || WHITE_SPACE.has(byte));
}

/** The bytes themselves, and what they are the hexadecimal or base64 spelling of. */
export function readingsOf(bytes: Buffer): readonly Buffer[] {
  const text = isText(bytes) ? bytes.toString("utf8").replace(/\s/g, "") : "";
  const readings = [bytes];
  if (HEX.test(text)) readings.push(Buffer.from(text, "hex"));
  if (BASE64.test(text)) readings.push(Buffer.from(text, "base64"));
  return readings;
}

const HEX = /^(?:[0-9a-f]{2})+$/i;
const BASE64 = /^[A-Za-z0-9+/_-]+=*$/;
// A UUID, or 16 bytes in hexadecimal: 128 bits at most, where a key of HMAC wants 256.
const HALF_A_KEY = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const WORDS_ALONE = /^(?:[a-z]+|[A-Z]+)$/;
const WORDS_AND_MARKS = /^(?:[a-z _.,;:!?'-]+|[A-Z _.,;:!?'-]+|[0-9 ._-]+)$/;
// As many letters of one case as are worth 225 bits by chance.
const LONG = 48;

/** Whether a text is half a key, repeats itself, is digits alone, or reads like words instead of chance: as it is, or as what it spells. */
export function isGuessable(text: string): boolean {
  if (HALF_A_KEY.test(text) || holdsWord(text) || (text + text).indexOf(text, 1) < text.length) return true;
  if (WORDS_AND_MARKS.test(text) && !(text.length >= LONG && WORDS_ALONE.test(text))) return true;
  if (bitsOf(text) < 96) return true;
  // Tutorials share generators that write printable characters in hexadecimal; chance does not.
  if (HEX.test(text) && isText(Buffer.from(text, "hex"))) return true;
  return BASE64.test(text) && isGuessableText(Buffer.from(text, "base64"));
}

function isGuessableText(bytes: Buffer): boolean {
  return bytes.length >= 16 && isText(bytes) && isGuessable(bytes.toString("utf8"));
}

const WORD =
  /secret|passw(?:or)?d|thisis|verylong|very[-_ ]long|signing|change[-_ ]?(?:me|this|in)|example|insecure|qwerty|letmein|default|token[-_ ]?key|jwt[-_ ]?(?:key|token)|(?<![a-z0-9])(?:your|super|test)[-_ ]|private[-_ ]?key|development|production|bits[-_ ]long|quickbrown|abcdefgh|01234567|12345678/gi;

/** Whether a text holds a word that gives it away, also with digits and signs in place of letters. */
function holdsWord(text: string): boolean {
  const unmasked = text.replace(/[@0134$5]/g, (sign) => UNMASKED[sign] ?? sign);
  return holdsWrittenWord(text) || (unmasked !== text && holdsWrittenWord(unmasked));
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
function holdsWrittenWord(text: string): boolean {
  for (const [word] of text.matchAll(WORD)) {
    const letters = word.replace(/[^a-z]/gi, "");
    if (/^(?:[a-z]*|[A-Z]+|(?:[A-Z][a-z]{2,}){1,3})$/.test(letters)) return true;
  }
  return false;
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
