import type { ReactElement, ReactNode } from "react";
import { KeyCard } from "./key-card.js";

/** A card as wide as a form, with the heading of its page. */
export function TitleCard({ title, children }: TitleCardProps): ReactElement {
  return (
    <div className="mx-auto w-full max-w-106">
      <KeyCard>
        <h1
          tabIndex={-1}
          className="font-display text-[1.625rem] min-[25rem]:text-3xl leading-tight [overflow-wrap:anywhere]"
        >
          {title}
        </h1>
        {children}
      </KeyCard>
    </div>
  );
}

/** The properties of a {@link TitleCard}. */
export interface TitleCardProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
}
