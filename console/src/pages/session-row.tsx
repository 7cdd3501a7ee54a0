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
}

/** One session: on what, from where, since when. */
export function SessionRow({ session, device, now, after, end }: SessionRowProps): ReactElement {
  const { texts } = useSurroundings();
  return (
    <li className="flex min-h-26 items-center justify-between gap-4 border-line border-b py-4">
      <div className="min-w-0 text-sm text-soft leading-6">
        <p className="flex flex-wrap items-center gap-x-2.5 text-base text-ink">
          <bdi className="font-medium">{device}</bdi>
          {session.current && (
            <span className="rounded-md border border-good bg-good-paper px-2 text-good text-xs leading-5">
              {texts.thisDevice}
            </span>
          )}
        </p>
        <Moment label={texts.lastUsed} at={session.last_used_at} now={now} />
        <p>
          <bdi>{session.address ?? texts.unknownAddress}</bdi>
        </p>
        <Moment label={texts.loggedInAt} at={session.created_at} now={now} />
      </div>
      {!session.current && (
        <ConfirmDialog
          trigger={<Button aria-label={texts.endSessionOf(device)}>{texts.endSession}</Button>}
          title={texts.endSessionTitle}
          what={<bdi>{texts.endSessionWhat(device)}</bdi>}
          yes={texts.endSessionYes}
          act={end}
          after={after}
        />
      )}
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
      {label} <time dateTime={at}>{`${timeAgo(moment, now, locale)} · ${dateAndTime(moment, locale)}`}</time>
    </p>
  );
}
