import type { SignedOutReason } from "latchkey/client";
import { createContext, useContext } from "react";
import type { Settings } from "./settings.js";
import type { Language } from "./texts/texts.js";

/** What all pages have around them: the settings of the server, its API, and the visitor's language. */
export interface Surroundings extends Language {
  readonly settings: Settings;
  readonly server: string;
  /** Why nobody is logged in any more, once. */
  takeEnding(): SignedOutReason | undefined;
}

const Context = createContext<Surroundings | undefined>(undefined);

/** Gives the pages their surroundings. */
export const SurroundingsProvider = Context.Provider;

/** The surroundings of a page. */
export function useSurroundings(): Surroundings {
  const surroundings = useContext(Context);
  if (surroundings === undefined) throw new Error("There are no surroundings above.");
  return surroundings;
}
