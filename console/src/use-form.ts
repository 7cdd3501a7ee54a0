import { type Dispatch, type FormEvent, type RefObject, type SetStateAction, useEffect, useRef, useState } from "react";
import { refusalOf } from "./refusal.js";
import { useSurroundings } from "./surroundings.js";
import { useCountdown } from "./use-countdown.js";

/** What is typed, by the names of the fields. */
export type Typed = Readonly<Record<string, string>>;

/** What a form does. */
export interface Task {
  /** What is wrong before anybody is asked: a sentence for each such field. */
  check(typed: Typed): Readonly<Record<string, string | undefined>>;
  /** Asks the server; what it throws is shown. */
  send(typed: Typed): Promise<unknown>;
  /** Another page follows: the form stays busy until then. Otherwise it is emptied. */
  readonly leaves?: boolean;
}

/** The state of a form, and what its element needs. */
export interface FormState {
  readonly busy: boolean;
  readonly typed: Typed;
  /** Seconds until it can be sent again. */
  readonly seconds: number;
  readonly alert: string | undefined;
  readonly wrong: Readonly<Record<string, string | undefined>>;
  readonly props: {
    readonly ref: RefObject<HTMLFormElement | null>;
    readonly method: "post";
    readonly noValidate: true;
    readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
    readonly onReset: () => void;
    readonly onInput: (event: FormEvent<HTMLFormElement>) => void;
  };
}

interface Outcome {
  readonly busy: boolean;
  /** Counts refusals: each moves the cursor once. */
  readonly refusals: number;
  readonly alert?: string | undefined;
  readonly isRetyped?: boolean | undefined;
  readonly wrong: FormState["wrong"];
}

const FRESH: Outcome = { busy: false, refusals: 0, wrong: {} };

/** Sends a form, once at a time, and shows what is wrong with it: the cursor goes to the first such field. */
export function useForm(task: Task): FormState {
  const ref = useRef<HTMLFormElement>(null);
  // A program may submit twice before React has shown the first time.
  const isSending = useRef(false);
  const [outcome, setOutcome] = useState(FRESH);
  const [typed, setTyped] = useState<Typed>({});
  const [seconds, wait] = useCountdown();
  const submit = useSubmit(task, setOutcome, wait);
  useWrongFirst(ref, outcome);
  const { busy, alert, wrong } = outcome;
  return {
    busy,
    typed,
    seconds,
    alert,
    wrong,
    props: {
      ref,
      method: "post",
      noValidate: true,
      onSubmit: (event) => {
        event.preventDefault();
        if (busy || isSending.current || seconds > 0) return;
        isSending.current = true;
        void submit(event.currentTarget).finally(() => {
          isSending.current = false;
        });
      },
      onReset: () => setTyped({}),
      onInput: ({ target, currentTarget }) => {
        setTyped(typedIn(currentTarget));
        const { name } = target as HTMLInputElement;
        // What is being mended is not wrong any more.
        if (wrong[name] === undefined) return;
        setOutcome((before) => ({ ...before, wrong: { ...before.wrong, [name]: undefined } }));
      },
    },
  };
}

/** Makes the function that sends a form. */
function useSubmit(
  { check, send, leaves = false }: Task,
  setOutcome: Dispatch<SetStateAction<Outcome>>,
  wait: (seconds: number) => void,
): (form: HTMLFormElement) => Promise<void> {
  const language = useSurroundings();
  const refuse = (refused: Pick<Outcome, "alert" | "wrong" | "isRetyped">) =>
    setOutcome(({ refusals }) => ({ ...refused, busy: false, refusals: refusals + 1 }));
  return async (form) => {
    const typed = typedIn(form);
    const wrong = check(typed);
    if (Object.values(wrong).some((sentence) => sentence !== undefined)) return refuse({ wrong });
    setOutcome(({ refusals }) => ({ busy: true, refusals, wrong: {} }));
    try {
      await send(typed);
      if (leaves) return;
      form.reset();
      setOutcome(FRESH);
    } catch (error) {
      const { alert, fields, seconds, isRetyped } = refusalOf(error, language);
      wait(seconds);
      refuse({ alert, wrong: fields, isRetyped });
    }
  };
}

function typedIn(form: HTMLFormElement): Typed {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

function useWrongFirst(ref: RefObject<HTMLFormElement | null>, { refusals, isRetyped }: Outcome): void {
  useEffect(() => {
    if (refusals === 0) return;
    const wrong = isRetyped ? "[autocomplete=current-password]" : "[aria-invalid=true]";
    const field = ref.current?.querySelector<HTMLInputElement>(wrong);
    field?.focus();
    field?.select();
  }, [ref, refusals, isRetyped]);
}
