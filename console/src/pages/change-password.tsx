import { requireOk, type User } from "latchkey/client";
import { useAuthFetch } from "latchkey/react";
import { type ReactElement, useId, useState } from "react";
import { onTheClock } from "../moments.js";
import { Alert, Note } from "../parts/alert.js";
import { BusyButton } from "../parts/button.js";
import { PasswordField } from "../parts/field.js";
import { NewPasswordField } from "../parts/new-password-field.js";
import type { Owner } from "../password-advice.js";
import { findPasswordFault } from "../password-fault.js";
import { useSurroundings } from "../surroundings.js";
import { type FormState, useForm } from "../use-form.js";

/** The properties of {@link ChangePassword}. */
export interface ChangePasswordProps {
  readonly user: User | null;
  readonly onChanged: () => void;
}

/** Changes the password. */
export function ChangePassword({ user, onChanged }: ChangePasswordProps): ReactElement {
  const { texts } = useSurroundings();
  const id = useId();
  const owner = { username: user?.username ?? "", email: user?.email ?? "" };
  const { form, isChanged } = usePasswordChange(owner, onChanged);
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="font-display text-xl">
        {texts.changePassword}
      </h2>
      <p className="mt-1 mb-4 text-sm text-soft">{texts.changePasswordHint}</p>
      <form {...form.props} className="grid gap-2.5">
        {/* For password managers, which keep a password for a name. */}
        <input hidden type="text" name="username" autoComplete="username" readOnly value={owner.username} />
        <PasswordField
          name="current_password"
          label={texts.currentPassword}
          autoComplete="current-password"
          required
          wrong={form.wrong.current_password}
        />
        <NewPasswordField
          name="new_password"
          label={texts.newPassword}
          typed={form.typed.new_password ?? ""}
          owner={owner}
          wrong={form.wrong.new_password}
        />
        <Alert>{form.alert}</Alert>
        <Note isGood>{isChanged && texts.passwordChanged}</Note>
        <BusyButton
          type="submit"
          look="main"
          className="mt-2 justify-self-start"
          busy={form.busy}
          doing={texts.saving}
          disabled={user === null || form.seconds > 0}
        >
          {form.seconds > 0 ? texts.tryAgainIn(onTheClock(form.seconds)) : texts.changePassword}
        </BusyButton>
      </form>
    </section>
  );
}

interface PasswordChange {
  readonly form: FormState;
  readonly isChanged: boolean;
}

function usePasswordChange(owner: Owner, onChanged: () => void): PasswordChange {
  const { texts, server } = useSurroundings();
  const authFetch = useAuthFetch();
  const [isChanged, setChanged] = useState(false);
  const form = useForm({
    check: ({ current_password, new_password = "" }) => ({
      current_password: current_password ? undefined : texts.currentMissing,
      new_password: findPasswordFault(new_password, owner, texts),
    }),
    send: async ({ current_password, new_password }) => {
      setChanged(false);
      const body = JSON.stringify({ current_password, new_password });
      const headers = { "content-type": "application/json" };
      await requireOk(await authFetch(`${server}/me/password`, { method: "PUT", headers, body }));
      setChanged(true);
      onChanged();
    },
  });
  return { form, isChanged };
}
