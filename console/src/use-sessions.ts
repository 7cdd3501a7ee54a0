import { requireOk } from "latchkey/client";
import { useAuthFetch } from "latchkey/react";
import { useCallback, useEffect, useState } from "react";
import { useSurroundings } from "./surroundings.js";

/** A session, as `GET /me/sessions` answers. */
export interface SessionView {
  readonly id: string;
  readonly current: boolean;
  readonly device: string | null;
  readonly address: string | null;
  readonly created_at: string;
  readonly last_used_at: string;
}

/** The sessions of who is logged in: `undefined` until they are there. */
export interface SessionList {
  readonly sessions: readonly SessionView[] | undefined;
  readonly hasFailed: boolean;
  reload(): void;
  /** Ends one; throws an `AuthError`. */
  end(id: string): Promise<void>;
  /** Shows one no more. */
  drop(id: string): void;
}

/** Loads the sessions as soon as somebody is in, and again after every change. */
export function useSessions(isIn: boolean, changes: number): SessionList {
  const { server } = useSurroundings();
  const authFetch = useAuthFetch();
  const [sessions, setSessions] = useState<readonly SessionView[]>();
  const [hasFailed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn and a change are what it is loaded again for.
  useEffect(() => {
    if (!isIn) return undefined;
    const stop = new AbortController();
    setFailed(false);
    authFetch(`${server}/me/sessions`, { signal: stop.signal })
      .then(requireOk)
      .then((response) => response.json())
      .then((answer: { readonly sessions: readonly SessionView[] }) => setSessions(answer.sessions))
      .catch(() => {
        if (!stop.signal.aborted) setFailed(true);
      });
    return () => stop.abort();
  }, [authFetch, server, isIn, changes, turn]);

  const reload = useCallback(() => setTurn((last) => last + 1), []);
  const end = async (id: string) => {
    const response = await authFetch(`${server}/me/sessions/${id}`, { method: "DELETE" });
    // What has ended by itself is as good.
    if (response.status !== 404) await requireOk(response);
  };
  const drop = (id: string) => setSessions((all) => all?.filter((session) => session.id !== id));
  return { sessions, hasFailed, reload, end, drop };
}
