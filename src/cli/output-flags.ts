import type { PlaceFlags } from "./settings.js";

/** The flags of a command that answers people with text and programs with JSON. */
export interface OutputFlags extends PlaceFlags {
  readonly json?: boolean;
}
