import type { MouseEvent, ReactElement, ReactNode } from "react";
import { go } from "../navigation.js";
import type { Page } from "../place.js";

/** A link to another page of these, which is not loaded anew. */
export function PageLink({ page, search, children }: PageLinkProps): ReactElement {
  const follow = (event: MouseEvent) => {
    // A new tab or window, or a download, is the browser's.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(page, { search });
  };
  return (
    <a
      href={`./${page}${search}`}
      onClick={follow}
      className="inline-block py-1 font-medium text-brand-ink underline decoration-1 underline-offset-4 hover:decoration-2"
    >
      {children}
    </a>
  );
}

/** The properties of a {@link PageLink}. */
export interface PageLinkProps {
  readonly page: Page;
  readonly search: string;
  readonly children: ReactNode;
}
