import { type ReactElement, useCallback, useEffect, useState } from "react";
import { Panel } from "../shared/panel.js";
import { useApp } from "./app-context.js";
import type { Person } from "./store.js";

export function Private(): ReactElement {
  const { actions } = useApp();
  const [person, setPerson] = useState<Person>();
  const [fault, setFault] = useState<string>();

  const load = useCallback(async () => {
    try {
      setPerson(await actions.getPrivate());
      setFault(undefined);
    } catch (error) {
      setFault((error as Error).message);
    }
  }, [actions]);

  useEffect(() => void load(), [load]);

  return (
    <Panel title="Private">
      {person && (
        <p>
          You are <strong>{person.username}</strong>, user {person.id}.
        </p>
      )}
      {fault && <p role="alert">{fault}</p>}
      <button type="button" onClick={load}>
        Ask again
      </button>
      <button type="button" onClick={actions.logOut}>
        Log out
      </button>
    </Panel>
  );
}
