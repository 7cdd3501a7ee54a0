import { requireOk } from "latchkey/client";
import { useAuth, useAuthFetch } from "latchkey/react";
import { type ReactElement, useCallback, useEffect, useState } from "react";
import { Panel } from "../shared/panel.js";

/** What the server tells to whoever is logged in. */
interface Visit {
  readonly logged_in_at: string;
}

export function Private(): ReactElement {
  const { user, logOut } = useAuth();
  const authFetch = useAuthFetch();
  const [visit, setVisit] = useState<Visit>();
  const [fault, setFault] = useState<string>();

  const load = useCallback(async () => {
    try {
      const response = await requireOk(await authFetch("/latchkey/protected"));
      setVisit(await response.json());
      setFault(undefined);
    } catch (error) {
      setFault((error as Error).message);
    }
  }, [authFetch]);

  useEffect(() => void load(), [load]);

  return (
    <Panel title="Private">
      {visit && (
        <p>
          You are <strong>{user?.username}</strong>, logged in since{" "}
          <time dateTime={visit.logged_in_at}>{new Date(visit.logged_in_at).toLocaleTimeString()}</time>.
        </p>
      )}
      {fault && <p role="alert">{fault}</p>}
      <button type="button" onClick={load}>
        Ask again
      </button>
      <button type="button" onClick={() => logOut().catch((error: Error) => setFault(error.message))}>
        Log out
      </button>
    </Panel>
  );
}
