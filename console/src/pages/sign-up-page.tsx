import { useAuth } from "latchkey/react";
import type { ReactElement } from "react";
import { Field } from "../parts/field.js";
import { NewPasswordField } from "../parts/new-password-field.js";
import { findPasswordFault } from "../password-fault.js";
import { useSurroundings } from "../surroundings.js";
import { useForm } from "../use-form.js";
import { Entry } from "./entry.js";

/** `/ui/signup` */
export function SignUpPage(): ReactElement {
  const { texts, settings } = useSurroundings();
  const { signUp } = useAuth();
  const form = useForm({
    check: ({ username = "", email = "", password = "" }) => ({
      username: username.trim() ? undefined : texts.usernameWanted,
      password: findPasswordFault(password, { username, email }, texts),
    }),
    send: ({ username = "", email = "", password = "" }) =>
      signUp({ username, password, ...(email.trim() && { email: email.trim() }) }),
    leaves: true,
  });
  const { username = "", email = "", password = "" } = form.typed;
  const other = { page: "login", who: texts.accountAlready, link: texts.logIn } as const;
  return (
    <Entry title={texts.signUpTo(settings.name)} form={form} yes={texts.signUp} doing={texts.signingUp} other={other}>
      <Field name="username" label={texts.username} autoComplete="username" required wrong={form.wrong.username} />
      <Field
        name="email"
        type="email"
        label={texts.email}
        aside={texts.optional}
        autoComplete="email"
        wrong={form.wrong.email}
      />
      <NewPasswordField
        name="password"
        label={texts.password}
        typed={password}
        owner={{ username, email }}
        wrong={form.wrong.password}
      />
    </Entry>
  );
}
