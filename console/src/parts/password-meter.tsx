import { type ReactElement, useEffect, useState } from "react";
import type { PasswordAdvice } from "../password-advice.js";
import { useSurroundings } from "../surroundings.js";
import type { Texts } from "../texts/texts.js";

const PARTS = [1, 2, 3, 4] as const;
const COLOURS = ["", "bg-wrong", "bg-edge", "bg-good", "bg-good"] as const;
// Whoever listens is not interrupted at every letter.
const PAUSE_MILLISECONDS = 900;

/** The properties of a {@link PasswordMeter}. */
export interface PasswordMeterProps {
  /** Of the sentence, for the field that it describes. */
  readonly id: string;
  readonly of: PasswordAdvice;
  /** What was wrong with it when it was sent. */
  readonly wrong?: string | undefined;
}

/** Shows how strong a password looks, and says why; what it says is read out when the typing pauses. */
export function PasswordMeter({ id, of, wrong }: PasswordMeterProps): ReactElement {
  const { texts } = useSurroundings();
  const sentence = sentenceOf(of, texts);
  const heard = useSettled(of.advice === "none" ? "" : sentence);
  return (
    <div className="mt-2">
      <div aria-hidden="true" className="mb-1.5 grid grid-cols-4 gap-1.5">
        {PARTS.map((part) => (
          <span
            key={part}
            className={`h-1 rounded-full transition-colors forced-color-adjust-none ${part <= of.strength ? COLOURS[of.strength] : "bg-line"}`}
          />
        ))}
      </div>
      <p id={id} className={`min-h-10 text-sm leading-5 ${wrong ? "text-wrong" : "text-soft"}`}>
        {wrong ?? sentence}
      </p>
      <p role="status" className="sr-only">
        {heard}
      </p>
    </div>
  );
}

function sentenceOf({ advice, missing }: PasswordAdvice, texts: Texts): string {
  if (advice === "short") return texts.adviceShort(missing);
  const sentences = {
    none: texts.adviceNone,
    long: texts.adviceLong,
    names: texts.adviceNames,
    common: texts.adviceCommon,
    repeated: texts.adviceRepeated,
    fair: texts.adviceFair,
    good: texts.adviceGood,
    strong: texts.adviceStrong,
  };
  return sentences[advice];
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
