import { type InputHTMLAttributes, type ReactElement, type ReactNode, useId, useState } from "react";
import { useSurroundings } from "../surroundings.js";

/** The properties of a {@link Field}: those of an HTML input that has a name, and what stands around it. */
export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string;
  readonly label: string;
  /** Stands behind the label. */
  readonly aside?: string;
  /** What is wrong with it. */
  readonly wrong?: string | undefined;
  /** Stands below it in place of what is wrong, which it tells too; its id. */
  readonly below?: ReactNode;
  readonly belowId?: string;
  /** Stands at the end of the line, within the frame. */
  readonly end?: ReactNode;
}

/** A field with its label, and below it what is wrong, for which there is always a line. */
export function Field({ label, aside, wrong, below, belowId, end, ...input }: FieldProps): ReactElement {
  const id = useId();
  const complaint = belowId ?? `${id}-wrong`;
  const isDescribed = wrong !== undefined || belowId !== undefined;
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-3 text-sm">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {aside && <span className="text-soft">{aside}</span>}
      </div>
      <div className="relative">
        <input
          {...input}
          id={id}
          aria-invalid={wrong !== undefined || undefined}
          aria-describedby={isDescribed ? complaint : undefined}
          autoCapitalize="none"
          spellCheck={false}
          className={`h-12 w-full rounded-lg border bg-card pl-3.5 text-base text-ink outline-offset-0 transition-colors aria-invalid:border-wrong ${end ? "pr-13" : "pr-3.5"} border-edge hover:border-ink`}
        />
        {end}
      </div>
      {below ?? (
        <p id={complaint} className="mt-1 min-h-5 text-sm text-wrong leading-5">
          {wrong}
        </p>
      )}
    </div>
  );
}

/** A field for a password, which can be shown. */
export function PasswordField(props: Omit<FieldProps, "type" | "end">): ReactElement {
  const { texts } = useSurroundings();
  const [isShown, setShown] = useState(false);
  const end = (
    <button
      type="button"
      aria-pressed={isShown}
      aria-label={`${texts.showPassword} (${props.label})`}
      title={texts.showPassword}
      onClick={() => setShown(!isShown)}
      className="absolute inset-y-0.5 right-0.5 grid w-11 cursor-pointer place-items-center rounded-md text-soft hover:text-ink"
    >
      <Eye isCrossed={isShown} />
    </button>
  );
  // A password that is shown must not be learned as a word, nor sent to a spelling service.
  return <Field {...props} type={isShown ? "text" : "password"} autoCorrect="off" end={end} />;
}

function Eye({ isCrossed }: { readonly isCrossed: boolean }): ReactElement {
  return (
    <svg aria-hidden="true" className="size-5 fill-none stroke-current" viewBox="0 0 20 20" strokeWidth="1.5">
      <path d="M1.8 10S4.8 4.6 10 4.6 18.2 10 18.2 10 15.2 15.4 10 15.4 1.8 10 1.8 10Z" strokeLinejoin="round" />
      <circle cx="10" cy="10" r="2.5" />
      {isCrossed && <path d="m3.5 16.5 13-13" strokeLinecap="round" />}
    </svg>
  );
}
