/** What the server writes into the page. */
export interface Settings {
  /** What the server is called. */
  readonly name: string;
  /** Whether there is a picture at `./logo`. */
  readonly logo: boolean;
  /** The origins that a visitor may be sent back to. */
  readonly origins: readonly string[];
  /** The configured address of the server; `undefined` where no server wrote the page. */
  readonly url?: string;
}

/** Reads the settings of a page. Where none are written, as under a development server, the page knows its own origin alone. */
export function readSettings(text: string | null | undefined, origin: string): Settings {
  const plain: Settings = { name: "Latchkey", logo: false, origins: [origin] };
  return text ? { ...plain, ...JSON.parse(text) } : plain;
}
