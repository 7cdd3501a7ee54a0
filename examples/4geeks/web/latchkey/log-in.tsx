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

/** Throws what can be shown: what is wrong with the fields where the server names some, and when to come back where it says so. */
function explain(error: unknown): never {
  if (!isAuthError(error)) throw error;
  const { message, fields, retryAfter } = error;
  const sentences = fields?.map((field) => field.message) ?? [message];
  if (retryAfter !== undefined) sentences.push(`Try again in ${retryAfter} seconds.`);
  throw new Error(sentences.join(" "), { cause: error });
}
