import type { ReactElement, RefObject } from "react";
import { dateAndTime, timeAgo } from "../moments.js";
import { Button } from "../parts/button.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { useSurroundings } from "../surroundings.js";
import type { SessionView } from "../use-sessions.js";

/** The properties of a {@link SessionRow}. */
export interface SessionRowProps {
  readonly session: SessionView;
  /** In words. */
  readonly device: string;
  readonly now: number;
  /** Where the cursor goes once the session is ended, and its row gone. */
  readonly after: RefObject<HTMLElement | null>;
  readonly end: () => Promise<void>;
  readonly onEnded: () => void;
}

/** One session: on what, from where, since when. */
export function SessionRow({ session, device, now, after, end, onEnded }: SessionRowProps): ReactElement {
  const { texts } = useSurroundings();
  return (
    <li className="border-line border-b py-4">
      <div className="flex min-h-11 items-center justify-between gap-4">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2.5">
          <bdi className="font-medium">{device}</bdi>
          {session.current && (
            <span className="rounded-md border border-good bg-good-paper px-2 text-good text-xs leading-5">
              {texts.thisDevice}
            </span>
          )}
        </p>
        {!session.current && (
          <ConfirmDialog
            trigger={<Button aria-label={texts.endSessionOf(device)}>{texts.endSession}</Button>}
            title={texts.endSessionTitle}
            what={<bdi>{texts.endSessionWhat(device)}</bdi>}
            yes={texts.endSessionYes}
            act={end}
            after={after}
            onDone={onEnded}
          />
        )}
      </div>
      <div className="text-soft text-sm leading-6">
        <p>
          <bdi>{session.address ?? texts.unknownAddress}</bdi>
        </p>
        <Moment label={texts.lastUsed} at={session.last_used_at} now={now} />
        <Moment label={texts.loggedInAt} at={session.created_at} now={now} />
      </div>
    </li>
  );
}

interface MomentProps {
  readonly label: string;
  readonly at: string;
  readonly now: number;
}

function Moment({ label, at, now }: MomentProps): ReactElement {
  const { locale } = useSurroundings();
  const moment = Date.parse(at);
  return (
    <p>
      {label}{" "}
      <time dateTime={at}>
        {timeAgo(moment, now, locale)} · <span className="whitespace-nowrap">{dateAndTime(moment, locale)}</span>
      </time>
    </p>
  );
}
