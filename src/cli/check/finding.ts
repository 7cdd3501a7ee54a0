/** What a check found of one setting: that it is good, or what is weak, why, and what to do. None of it shows a secret. */
export type Finding =
  | { readonly setting: string; readonly verdict: "ok"; readonly found: string }
  | {
      readonly setting: string;
      readonly verdict: "weak";
      readonly found: string;
      readonly why: string;
      readonly remedy: string;
    };

/** The finding that a setting is good. */
export function good(setting: string, found: string): Finding {
  return { setting, verdict: "ok", found };
}

/** The finding that a setting is weak. */
export function weak(setting: string, found: string, why: string, remedy: string): Finding {
  return { setting, verdict: "weak", found, why, remedy };
}

/** The finding of the `TypeError` that would keep a server from starting; anything else is thrown again. */
export function wrong(error: unknown, setting = "settings"): Finding {
  if (!(error instanceof Error)) throw error;
  const { message } = error;
  const named = /LATCHKEY_[A-Z_]+/.exec(message)?.[0] ?? durationIn(message) ?? setting;
  return weak(named, message, "A server does not start with it.", "Mend what the sentence names.");
}

function durationIn(message: string): string | undefined {
  const name = /^(\w+)Seconds\b/.exec(message)?.[1];
  return name && `LATCHKEY_${name.toUpperCase()}_SECONDS`;
}
