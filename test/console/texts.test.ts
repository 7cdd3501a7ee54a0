import { describe, expect, it } from "vitest";
import { english } from "../../console/src/texts/english.js";
import { spanish } from "../../console/src/texts/spanish.js";
import { findLanguage, type Texts } from "../../console/src/texts/texts.js";

const names = Object.keys(english) as (keyof Texts)[];

/** A text, where one is made of something with that in it. */
function said(texts: Texts, name: keyof Texts): string {
  const text = texts[name] as string | ((...given: unknown[]) => string);
  return typeof text === "string" ? text : text("«one»", "«two»");
}

describe("the texts", () => {
  it("are the same ones in both languages, none of them empty", () => {
    expect(Object.keys(spanish)).toEqual(names);
    for (const name of names) {
      expect(said(english, name), name).toMatch(/\S/);
      expect(said(spanish, name), name).toMatch(/\S/);
    }
  });

  it("are translated", () => {
    const same = names.filter((name) => said(english, name) === said(spanish, name));
    expect(same).toEqual(["title", "roles"]);
  });

  it("say what they are given in both languages", () => {
    for (const name of names) {
      const given = ["«one»", "«two»"].filter((part) => said(english, name).includes(part));
      for (const part of given) expect(said(spanish, name), name).toContain(part);
    }
  });

  it("count", () => {
    expect(english.adviceShort(1)).toContain("1 more character is");
    expect(english.adviceShort(2)).toContain("2 more characters are");
    expect(spanish.adviceShort(1)).toContain("falta 1 carácter");
    expect(spanish.adviceShort(2)).toContain("faltan 2 caracteres");
  });
});

describe("the language", () => {
  it.each([
    [["es-MX", "en"], "es-MX", spanish],
    [["de-CH", "es", "en"], "es", spanish],
    [["en-GB", "es"], "en-GB", english],
    [["ES-ar"], "ES-ar", spanish],
    [["eo", "zh-Hant"], "en", english],
    [["est", "en-US"], "en-US", english],
    [["en-x-"], "en", english],
    [["constructor", "__proto__-x"], "en", english],
    [[], "en", english],
  ])("of a visitor who wants %j is %s", (wanted, locale, texts) => {
    expect(findLanguage(wanted)).toEqual({ locale, texts });
  });
});
