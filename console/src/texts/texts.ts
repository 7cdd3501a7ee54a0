import { english } from "./english.js";
import { spanish } from "./spanish.js";

/** What every language has to say. */
export type Texts = typeof english;

const LANGUAGES: Readonly<Record<string, Texts>> = { en: english, es: spanish };

/** A language, with the visitor's own kind of it: `es-MX` writes dates and numbers in another way than `es-ES`. */
export interface Language {
  readonly locale: string;
  readonly texts: Texts;
}

/** The first language of the visitor's that the pages speak; English where they speak none. */
export function findLanguage(wanted: readonly string[]): Language {
  for (const locale of wanted) {
    const texts = LANGUAGES[locale.split("-")[0]?.toLowerCase() ?? ""];
    if (texts !== undefined && isLocale(locale)) return { locale, texts };
  }
  return { locale: "en", texts: english };
}

function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
