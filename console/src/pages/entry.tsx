import { useAuth } from "latchkey/react";
import { type ReactElement, type ReactNode, useEffect } from "react";
import { onTheClock } from "../moments.js";
import { type Notice, useStanding } from "../navigation.js";
import { Alert, Note } from "../parts/alert.js";
import { BusyButton, Turning } from "../parts/button.js";
import { PageLink } from "../parts/page-link.js";
import { TitleCard } from "../parts/title-card.js";
import type { Page } from "../place.js";
import { useSurroundings } from "../surroundings.js";
import type { Texts } from "../texts/texts.js";
import type { FormState } from "../use-form.js";
import { useWayOn } from "../use-way-on.js";
import { AlreadyIn } from "./already-in.js";

/** The properties of an {@link Entry}. */
export interface EntryProps {
  readonly title: string;
  readonly form: FormState;
  readonly yes: string;
  readonly doing: string;
  /** The other page that logs in: who is to go there, and what the link says. */
  readonly other: { readonly page: Page; readonly who: string; readonly link: string };
  /** The fields. */
  readonly children: ReactNode;
}

/** A page with a form that logs in. As long as nobody knows whether that is needed its place is kept free. */
export function Entry({ title, form, yes, doing, other, children }: EntryProps): ReactElement {
  const { texts } = useSurroundings();
  const { status } = useAuth();
  const { notice, search } = useStanding();
  const { isHidden, target, isStuck } = useWayOn();
  useCursor(form, !isHidden);
  if (isStuck && target !== undefined) return <AlreadyIn target={target} />;
  const alert = form.alert ?? (status === "offline" ? texts.offlineTrying : undefined);
  return (
    <TitleCard title={title}>
      {target !== undefined && target.origin !== location.origin && (
        <p className="mt-1.5 text-sm text-soft [overflow-wrap:anywhere]">{texts.goesOnTo(target.host)}</p>
      )}
      <div className="relative mt-6">
        {isHidden && <Waiting />}
        <div className={isHidden ? "invisible" : ""}>
          <Note>{notice === undefined ? undefined : sentenceOf(notice, texts)}</Note>
          <form {...form.props} className={notice === undefined ? "" : "mt-5"}>
            <div className="grid gap-2.5">{children}</div>
            <div className="mb-2 *:not-empty:mb-4">
              <Alert>{alert}</Alert>
            </div>
            <BusyButton
              type="submit"
              look="main"
              className="w-full"
              busy={form.busy}
              doing={doing}
              disabled={form.seconds > 0}
            >
              {form.seconds > 0 ? (
                <span className="tabular-nums">{texts.tryAgainIn(onTheClock(form.seconds))}</span>
              ) : (
                yes
              )}
            </BusyButton>
          </form>
          <p className="mt-5 text-center text-sm text-soft">
            {other.who}{" "}
            <PageLink page={other.page} search={search}>
              {other.link}
            </PageLink>
          </p>
        </div>
      </div>
    </TitleCard>
  );
}

/** Puts the cursor into the first field of a page that was just opened, where no keyboard comes up over it. */
function useCursor({ props }: FormState, isShown: boolean): void {
  const { isArrival } = useStanding();
  const form = props.ref;
  useEffect(() => {
    const isIdle = document.activeElement === null || document.activeElement === document.body;
    if (isShown && isArrival && isIdle && matchMedia("(pointer: fine)").matches)
      form.current?.querySelector("input")?.focus();
  }, [isShown, isArrival, form]);
}

function Waiting(): ReactElement {
  const { texts } = useSurroundings();
  return (
    <p role="status" className="absolute inset-x-0 top-8 flex animate-late items-center justify-center gap-2 text-soft">
      <Turning />
      {texts.wait}
    </p>
  );
}

function sentenceOf(notice: Notice, texts: Texts): string {
  const sentences = {
    session_ended: texts.sessionEnded,
    log_out: texts.loggedOut,
    other_tab: texts.loggedOutElsewhere,
    log_in_first: texts.logInFirst,
  };
  return sentences[notice];
}
