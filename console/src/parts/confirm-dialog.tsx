import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ReactElement, ReactNode, RefObject } from "react";
import { useState } from "react";
import { refusalOf } from "../refusal.js";
import { useSurroundings } from "../surroundings.js";
import { Alert } from "./alert.js";
import { BusyButton, Button } from "./button.js";

/** The properties of a {@link ConfirmDialog}. */
export interface ConfirmDialogProps {
  /** Opens it. */
  readonly trigger: ReactElement;
  readonly title: string;
  readonly what: ReactNode;
  readonly yes: string;
  /** Does it; what it throws is shown in the dialog, which stays open. */
  readonly act: () => Promise<unknown>;
  /** Where the cursor goes once it is done, where the trigger will be gone. */
  readonly after?: RefObject<HTMLElement | null>;
  /** Is called when it is done and the dialog is gone: until then the dialog must stay in the page. */
  readonly onDone?: () => void;
}

/** Asks once more before something is done that cannot be taken back. */
export function ConfirmDialog({ trigger, title, what, yes, act, after, onDone }: ConfirmDialogProps): ReactElement {
  const language = useSurroundings();
  const [isOpen, setOpen] = useState(false);
  const [isDone, setDone] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [alert, setAlert] = useState<string>();
  const open = (next: boolean) => {
    if (isBusy) return;
    setAlert(undefined);
    setOpen(next);
  };
  const confirm = async () => {
    setBusy(true);
    setAlert(undefined);
    try {
      await act();
      setDone(true);
      setOpen(false);
    } catch (error) {
      setAlert(refusalOf(error, language).alert ?? language.texts.failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root
      open={isOpen}
      onOpenChange={open}
      onOpenChangeComplete={(isNowOpen) => !isNowOpen && isDone && onDone?.()}
    >
      <AlertDialog.Trigger render={trigger} />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 bg-black/50 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Viewport className="fixed inset-0 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup
            finalFocus={() => (isDone ? after?.current : undefined) ?? true}
            className="w-full max-w-md rounded-2xl border border-line bg-card p-6 text-ink transition duration-150 data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            <AlertDialog.Title className="font-display text-xl">{title}</AlertDialog.Title>
            <AlertDialog.Description className="mt-2 mb-5 text-soft">{what}</AlertDialog.Description>
            <Alert>{alert}</Alert>
            <div className="mt-4 flex flex-wrap justify-end gap-3">
              <AlertDialog.Close render={<Button disabled={isBusy} />}>{language.texts.cancel}</AlertDialog.Close>
              <BusyButton look="danger" busy={isBusy} doing={yes} onClick={confirm}>
                {yes}
              </BusyButton>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
