import { CONFUSABLES } from "./confusables.js";
import { usernameKey } from "./username-key.js";

// A capital I after a small letter, and a bar anywhere, are an l to the eye (paypaI); elsewhere such an I is the capital of i.
const READ_AS_L = /\||(?<=\p{Ll}[\p{M}I\u0196\u0399\u0406\u2c92]*)[I\u0196\u0399\u0406\u2c92]/gu;
// The dot of an i is there already.
const DOT_OF_I = /(?<=[ij]\p{M}*)\u0307/gu;

let prototypes: ReadonlyMap<string, string> | undefined;

/**
 * The skeleton of a username (UTS 39 section 4): names with the same one look alike, and only one of them may exist. Look-alikes are mapped
 * to ASCII, but ASCII letters and digits are not mapped to each other as in UTS 39: user1 and userl, or modern and rnodern, are two names
 * here as everywhere.
 */
export function usernameSkeleton(shown: string): string {
  // Before it is folded, because Ν is seen as N and ν as v; and after, because small letters that nobody typed may have come of it.
  const seen = withPrototypes(shown.normalize("NFKD").replace(READ_AS_L, "l"));
  const folded = withPrototypes(usernameKey(seen).normalize("NFKD"));
  return folded.replace(DOT_OF_I, "").normalize("NFD");
}

function withPrototypes(text: string): string {
  prototypes ??= readConfusables();
  let result = "";
  for (const character of text) result += prototypes.get(character) ?? character;
  return result;
}

function readConfusables(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const group of CONFUSABLES.split(" ")) {
    const [prototype = "", ...alike] = group.split(",").map(textOf);
    for (const character of alike) found.set(character, prototype);
  }
  return found;
}

function textOf(points: string): string {
  return String.fromCodePoint(...points.split("+").map((point) => Number.parseInt(point, 16)));
}
