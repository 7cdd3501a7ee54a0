import type { ReactElement, ReactNode } from "react";

/** What went wrong. It is read out when it appears. */
export function Alert({ children }: { readonly children?: ReactNode }): ReactElement {
  return (
    <div role="alert">
      {children && (
        <p className="rounded-lg border border-wrong bg-wrong-paper px-3.5 py-2.5 text-sm text-wrong">{children}</p>
      )}
    </div>
  );
}

/** What is good to know, or went well. It is read out when there is time. */
export function Note({ children, isGood = false }: NoteProps): ReactElement {
  const look = isGood ? "border-good bg-good-paper text-good" : "border-line bg-paper text-ink";
  return (
    <div role="status">
      {children && <p className={`rounded-lg border px-3.5 py-2.5 text-sm ${look}`}>{children}</p>}
    </div>
  );
}

/** The properties of a {@link Note}. */
export interface NoteProps {
  readonly children?: ReactNode;
  readonly isGood?: boolean;
}
