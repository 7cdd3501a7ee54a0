import { useAuth } from "latchkey/react";
import { type FormEvent, type ReactElement, useState } from "react";
import { useStanding } from "../navigation.js";
import { Field } from "../parts/field.js";
import { NewPasswordField } from "../parts/new-password-field.js";
import { PageLink } from "../parts/page-link.js";
import { findPasswordFault } from "../password-fault.js";
import { useSurroundings } from "../surroundings.js";
import { type FormState, useForm } from "../use-form.js";
import { Entry } from "./entry.js";

/** `/ui/signup` */
export function SignUpPage(): ReactElement {
  const { texts, settings } = useSurroundings();
  const { search } = useStanding();
  const { form, typed } = useSignUp();
  const other = (
    <>
      {texts.accountAlready}{" "}
      <PageLink page="login" search={search}>
        {texts.logIn}
      </PageLink>
    </>
  );
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
        typed={typed.password}
        owner={typed}
        wrong={form.wrong.password}
      />
    </Entry>
  );
}

const NOTHING = { username: "", email: "", password: "" };

/** The form, and what is typed in it so far. */
function useSignUp(): { readonly form: FormState; readonly typed: typeof NOTHING } {
  const { texts } = useSurroundings();
  const { signUp } = useAuth();
  const [typed, setTyped] = useState(NOTHING);
  const form = useForm({
    check: ({ username = "", email = "", password = "" }) => ({
      username: username.trim() ? undefined : texts.usernameWanted,
      password: findPasswordFault(password, { username, email }, texts),
    }),
    send: ({ username = "", email = "", password = "" }) =>
      signUp({ username, password, ...(email.trim() && { email: email.trim() }) }),
    leaves: true,
  });
  const onInput = (event: FormEvent<HTMLFormElement>) => {
    form.props.onInput(event);
    setTyped({ ...NOTHING, ...Object.fromEntries(new FormData(event.currentTarget)) });
  };
  return { form: { ...form, props: { ...form.props, onInput } }, typed };
}
