import { useAuth } from "latchkey/react";
import { type ReactElement, useEffect, useId, useRef, useState } from "react";
import { deviceOf } from "../device-name.js";
import { Alert } from "../parts/alert.js";
import { Blank } from "../parts/blank.js";
import { Button } from "../parts/button.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { useSurroundings } from "../surroundings.js";
import type { Texts } from "../texts/texts.js";
import { type SessionList, type SessionView, useSessions } from "../use-sessions.js";
import { SessionRow } from "./session-row.js";

const MINUTE_MILLISECONDS = 60_000;

/** The sessions of who is logged in, to end one or all. */
export function Sessions({ isIn, changes }: { readonly isIn: boolean; readonly changes: number }): ReactElement {
  const { texts } = useSurroundings();
  const { logOut } = useAuth();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useSessions(isIn, changes);
  return (
    <section aria-labelledby={id} aria-busy={list.sessions === undefined && !list.hasFailed}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div>
          <h2 id={id} ref={heading} tabIndex={-1} className="font-display text-xl">
            {texts.sessions}
          </h2>
          <p className="mt-1 text-sm text-soft">{texts.sessionsHint}</p>
        </div>
        <ConfirmDialog
          trigger={<Button disabled={!isIn}>{texts.logOutEverywhere}</Button>}
          title={texts.logOutEverywhereTitle}
          what={texts.logOutEverywhereWhat}
          yes={texts.logOutEverywhere}
          act={() => logOut({ everywhere: true })}
        />
      </div>
      <SessionRows list={list} heading={heading} />
    </section>
  );
}

interface SessionRowsProps {
  readonly list: SessionList;
  readonly heading: React.RefObject<HTMLElement | null>;
}

function SessionRows({ list, heading }: SessionRowsProps): ReactElement {
  const { texts } = useSurroundings();
  const [ended, setEnded] = useState("");
  const now = useNow();
  const { sessions, hasFailed, reload } = list;
  const drop = (session: SessionView) => {
    list.drop(session.id);
    setEnded(texts.sessionIsEnded(deviceNameOf(session, texts)));
  };
  return (
    <>
      <p role="status" className="sr-only">
        {sessions === undefined && !hasFailed ? texts.sessionsLoading : ended}
      </p>
      <div className="*:not-empty:mt-4">
        <Alert>
          {hasFailed && (
            <span className="flex flex-wrap items-center justify-between gap-3">
              {texts.sessionsFailed}
              <Button look="danger" onClick={reload}>
                {texts.tryAgain}
              </Button>
            </span>
          )}
        </Alert>
      </div>
      {(sessions !== undefined || !hasFailed) && (
        <ul className="mt-4 border-line border-t">
          {sessions?.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              device={deviceNameOf(session, texts)}
              now={now}
              after={heading}
              end={() => list.end(session.id)}
              onEnded={() => drop(session)}
            />
          )) ?? <EmptyRow />}
        </ul>
      )}
      {sessions?.length === 1 && <p className="mt-4 text-sm text-soft">{texts.noOtherSessions}</p>}
    </>
  );
}

function EmptyRow(): ReactElement {
  return (
    <li aria-hidden="true" className="grid min-h-37 content-center gap-3 border-line border-b py-4">
      <Blank wide />
      <Blank />
    </li>
  );
}

function deviceNameOf({ device }: SessionView, texts: Texts): string {
  const { browser, system } = deviceOf(device);
  if (browser !== undefined && system !== undefined) return texts.device(browser, system);
  return browser ?? system ?? texts.unknownDevice;
}

/** What time it is, to the minute. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
