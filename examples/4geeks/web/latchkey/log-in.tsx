import { isAuthError } from "latchkey/client";
import { useAuth } from "latchkey/react";
import { type ReactElement, useState } from "react";
import { CredentialsForm } from "../shared/credentials-form.js";
import { Panel } from "../shared/panel.js";

export function LogIn(): ReactElement {
  const { logIn, signUp } = useAuth();
  const [isNew, setIsNew] = useState(false);
  const title = isNew ? "Sign up" : "Log in";
  const send = isNew ? signUp : logIn;
  return (
    <Panel title={title} key={title}>
      <CredentialsForm
        button={title}
        password={isNew ? "new-password" : "current-password"}
        send={(typed) => send(typed).catch(explain)}
      />
      <button type="button" onClick={() => setIsNew(!isNew)}>
        {isNew ? "I have an account" : "I have no account yet"}
      </button>
    </Panel>
  );
}

/** Throws the same error with more in its sentence: which field is wrong and why, or when to come back. */
function explain(error: unknown): never {
  if (!isAuthError(error)) throw error;
  const { message, fields = [], retryAfter } = error;
  const more = fields.map((field) => field.message);
  if (retryAfter !== undefined) more.push(`Try again in ${retryAfter} seconds.`);
  throw new Error([message, ...more].join(" "), { cause: error });
}
