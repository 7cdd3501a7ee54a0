import { useAuth } from "latchkey/react";
import type { ReactElement } from "react";
import { Field, PasswordField } from "../parts/field.js";
import { useSurroundings } from "../surroundings.js";
import { useForm } from "../use-form.js";
import { Entry } from "./entry.js";

/** `/ui/login` */
export function LogInPage(): ReactElement {
  const { texts, settings } = useSurroundings();
  const { logIn } = useAuth();
  const form = useForm({
    check: ({ username, password }) => ({
      username: username?.trim() ? undefined : texts.usernameMissing,
      password: password ? undefined : texts.passwordMissing,
    }),
    send: ({ username = "", password = "" }) => logIn({ username, password }),
    leaves: true,
  });
  const other = { page: "signup", who: texts.noAccountYet, link: texts.signUp } as const;
  return (
    <Entry title={texts.logInTo(settings.name)} form={form} yes={texts.logIn} doing={texts.loggingIn} other={other}>
      <Field name="username" label={texts.username} autoComplete="username" required wrong={form.wrong.username} />
      <PasswordField
        name="password"
        label={texts.password}
        autoComplete="current-password"
        required
        wrong={form.wrong.password}
      />
    </Entry>
  );
}
