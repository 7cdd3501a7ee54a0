import type { ReactElement } from "react";

/** The place of a text that is still to come. */
export function Blank({ wide = false }: { readonly wide?: boolean }): ReactElement {
  return <span aria-hidden="true" className={`inline-block h-3 rounded bg-line ${wide ? "w-44" : "w-28"}`} />;
}
