import type { ButtonHTMLAttributes, ReactElement, ReactNode } from "react";

const SHAPE =
  "inline-flex items-center justify-center gap-2 rounded-lg font-medium text-center transition-colors cursor-pointer aria-disabled:cursor-default aria-disabled:not-aria-busy:opacity-60";

const LOOKS = {
  main: "min-h-12 px-5 py-2 bg-brand text-brand-text border border-brand-edge not-aria-disabled:hover:bg-brand-hover",
  plain: "min-h-11 px-4 py-1.5 text-sm border border-edge text-ink not-aria-disabled:hover:bg-paper",
  danger: "min-h-11 px-4 py-1.5 text-sm border border-wrong text-wrong not-aria-disabled:hover:bg-wrong-paper",
} as const;

/** The properties of a {@link Button}: those of an HTML button, and its look. */
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: keyof typeof LOOKS;
}

/** A button. Off, it keeps the focus that it may have, and does nothing. */
export function Button({ look = "plain", disabled = false, className = "", ...rest }: ButtonProps): ReactElement {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={disabled || undefined}
      onClick={disabled ? (event) => event.preventDefault() : rest.onClick}
      className={`${SHAPE} ${LOOKS[look]} ${className}`}
    />
  );
}

/** The properties of a {@link BusyButton}. */
export interface BusyButtonProps extends ButtonProps {
  readonly busy: boolean;
  /** What is being done. */
  readonly doing: string;
  readonly children: ReactNode;
}

/** A button that says what it is doing, and has the same size all the time. */
export function BusyButton({ busy, doing, children, disabled = false, ...rest }: BusyButtonProps): ReactElement {
  return (
    <Button {...rest} disabled={busy || disabled} aria-busy={busy || undefined}>
      <span className="grid">
        <span className={`col-start-1 row-start-1 ${busy ? "invisible" : ""}`}>{children}</span>
        <span
          className={`col-start-1 row-start-1 flex items-center justify-center gap-2 ${busy ? "" : "invisible"}`}
          role="status"
        >
          <Turning />
          {busy ? doing : <span aria-hidden="true">{doing}</span>}
        </span>
      </span>
    </Button>
  );
}

/** A circle that turns. */
export function Turning(): ReactElement {
  return (
    <svg aria-hidden="true" className="size-4 shrink-0 animate-turn fill-none stroke-current" viewBox="0 0 16 16">
      <path d="M8 2a6 6 0 1 1-6 6" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
