import { type FormEvent, type ReactElement, useState } from "react";

/** What was typed. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface CredentialsFormProps {
  readonly button: string;
  /** What a password manager is to offer. */
  readonly password: "current-password" | "new-password";
  /** Rejects with the reason where the server refuses. */
  readonly send: (typed: Credentials) => Promise<unknown>;
}

/** Sends a name and a password as they were typed, and shows why that was refused. */
export function CredentialsForm({ button, password, send }: CredentialsFormProps): ReactElement {
  const [fault, setFault] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    setFault(undefined);
    setIsBusy(true);
    try {
      await send({ username: String(typed.get("username")), password: String(typed.get("password")) });
    } catch (error) {
      setFault((error as Error).message);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <form onSubmit={submit}>
      <label>
        Username
        <input name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete={password} required />
      </label>
      {fault && <p role="alert">{fault}</p>}
      <button type="submit" disabled={isBusy}>
        {button}
      </button>
    </form>
  );
}
