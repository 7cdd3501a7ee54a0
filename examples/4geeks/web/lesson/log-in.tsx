import type { ReactElement } from "react";
import { CredentialsForm } from "../shared/credentials-form.js";
import { Panel } from "../shared/panel.js";
import { useApp } from "./app-context.js";

export function LogIn(): ReactElement {
  const { store, actions } = useApp();
  return (
    <Panel title="Log in">
      {store.notice && <p role="status">{store.notice}</p>}
      <CredentialsForm button="Log in" password="current-password" send={actions.logIn} />
    </Panel>
  );
}
