// The last ones are letters, marks and symbols by their category, and nothing or a space to the eye: blank Braille, an object's place,
// a null note head, a Khitan filler, blank hieroglyphs.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}\u{16fe4}\u{13441}\u{13442}]/u;

/** Whether a text holds characters that are not seen, by which two texts can look the same. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}
