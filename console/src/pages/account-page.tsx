import { useAuth } from "latchkey/react";
import { type ReactElement, useEffect, useState } from "react";
import { go } from "../navigation.js";
import { Alert } from "../parts/alert.js";
import { BusyButton } from "../parts/button.js";
import { KeyCard } from "../parts/key-card.js";
import { useSurroundings } from "../surroundings.js";
import { ChangePassword } from "./change-password.js";
import { Profile } from "./profile.js";
import { Sessions } from "./sessions.js";

/** `/ui/account`; whoever is not logged in is sent to the log-in, and told why. */
export function AccountPage(): ReactElement {
  const { texts, settings, takeEnding } = useSurroundings();
  const { status, user } = useAuth();
  const { isBusy, hasFailed, leave } = useLogOut();
  // Counts what ends other sessions.
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (status === "signed-out") go("login", { replace: true, notice: takeEnding() ?? "log_in_first" });
  }, [status, takeEnding]);
  return (
    <div className="mx-auto w-full max-w-5xl">
      <KeyCard>
        <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
          <div className="min-w-0">
            <p className="text-sm text-soft [overflow-wrap:anywhere]">{settings.name}</p>
            <h1 tabIndex={-1} className="font-display text-3xl leading-tight">
              {texts.account}
            </h1>
          </div>
          <BusyButton busy={isBusy} doing={texts.wait} disabled={user === null} onClick={leave}>
            {texts.logOut}
          </BusyButton>
        </div>
        <div className="*:not-empty:mt-5">
          <Alert>{(status === "offline" && texts.offlineTrying) || (hasFailed && texts.logOutFailed)}</Alert>
        </div>
        <div className="mt-7 grid items-start gap-x-12 gap-y-10 border-line border-t pt-7 md:grid-cols-[minmax(0,1fr)_minmax(0,1.25fr)]">
          <div className="grid gap-10">
            <Profile user={user} />
            <ChangePassword user={user} onChanged={() => setChanges(changes + 1)} />
          </div>
          <Sessions isIn={user !== null} changes={changes} />
        </div>
      </KeyCard>
    </div>
  );
}

interface LogOutState {
  readonly isBusy: boolean;
  readonly hasFailed: boolean;
  leave(): void;
}

function useLogOut(): LogOutState {
  const { logOut } = useAuth();
  const [isBusy, setBusy] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const leave = () => {
    setBusy(true);
    setFailed(false);
    logOut()
      .catch(() => setFailed(true))
      .finally(() => setBusy(false));
  };
  return { isBusy, hasFailed, leave };
}
