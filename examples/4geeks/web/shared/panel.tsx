import type { ReactElement, ReactNode } from "react";

/** A part of the page with a heading. When it takes the place of another one, the focus goes there, so that a screen reader tells of it. */
export function Panel({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <section>
      <h2 tabIndex={-1} ref={focus}>
        {title}
      </h2>
      {children}
    </section>
  );
}

function focus(heading: HTMLElement | null): void {
  heading?.focus();
}
