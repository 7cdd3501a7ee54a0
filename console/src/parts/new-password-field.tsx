import { type ReactElement, useId } from "react";
import { adviseOnPassword, type Owner } from "../password-advice.js";
import { PasswordField } from "./field.js";
import { PasswordMeter } from "./password-meter.js";

/** The properties of a {@link NewPasswordField}. */
export interface NewPasswordFieldProps {
  readonly name: string;
  readonly label: string;
  /** What was typed so far. */
  readonly typed: string;
  readonly owner: Owner;
  readonly wrong?: string | undefined;
}

/** A field for a password that is being chosen, with advice. */
export function NewPasswordField({ typed, owner, wrong, ...field }: NewPasswordFieldProps): ReactElement {
  const id = useId();
  const meter = <PasswordMeter id={id} of={adviseOnPassword(typed, owner)} wrong={wrong} />;
  return <PasswordField {...field} wrong={wrong} autoComplete="new-password" below={meter} belowId={id} />;
}
