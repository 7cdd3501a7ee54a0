import { type AuthError, isAuthError } from "latchkey/client";
import { waitInWords } from "./moments.js";
import type { Language, Texts } from "./texts/texts.js";

/** What a form shows of a refusal: a sentence for the whole, one for each field that is wrong, and for how many seconds nothing can be done. */
export interface Refusal {
  readonly alert?: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Whether the password is to be typed again. */
  readonly isRetyped?: boolean;
}

type Plain = { [Name in keyof Texts]: Texts[Name] extends string ? Name : never }[keyof Texts];

/** What the server says of a field, and the text that says the same in the visitor's language. */
export const OF_FIELDS: Readonly<Record<string, Plain>> = {
  "Use at least 8 characters.": "passwordShort",
  "Choose a password that fewer people use.": "passwordCommon",
  "Choose a password that does not consist of a name of yours.": "passwordNames",
  "A password is Unicode text of at most 1024 characters.": "passwordLong",
  "A username has 3 to 64 characters.": "usernameLength",
  "A username is made of visible characters, with single spaces inside.": "usernameInvisible",
  "A username does not pile up accents.": "usernameAccents",
  "A username does not mix letters that look alike.": "usernameMixed",
  "A username does not look like the id of a user.": "usernameId",
  "This is not an e-mail address.": "emailWrong",
  "The present password is wrong.": "currentWrong",
};

const OF_CODES: Readonly<Partial<Record<AuthError["code"], Plain>>> = {
  invalid_credentials: "wrongCredentials",
  account_disabled: "disabled",
  csrf: "wrongAddress",
  invalid_request: "refused",
  unavailable: "busy",
};

/** Tells what was thrown in the visitor's language. */
export function refusalOf(error: unknown, language: Language): Refusal {
  const { texts, locale } = language;
  if (!isAuthError(error)) return { alert: texts.failed, fields: {}, seconds: 0 };
  if (error.code === "username_taken") return { fields: { username: texts.usernameTaken }, seconds: 0 };
  if (error.code === "email_taken") return { fields: { email: texts.emailTaken }, seconds: 0 };
  if (error.reason === "offline") return { alert: texts.offline, fields: {}, seconds: 0 };
  if (error.code === "rate_limited") {
    const seconds = error.retryAfter ?? 1;
    return { alert: texts.throttled(waitInWords(seconds, locale)), fields: {}, seconds };
  }
  const fields = fieldsOf(error, texts);
  if (Object.keys(fields).length > 0) return { fields, seconds: 0 };
  const isRetyped = error.code === "invalid_credentials";
  return { alert: texts[OF_CODES[error.code] ?? "failed"], fields, seconds: 0, isRetyped };
}

function fieldsOf({ fields = [] }: AuthError, texts: Texts): Refusal["fields"] {
  return Object.fromEntries(
    fields.map(({ field, message }) => {
      const text = OF_FIELDS[message];
      // A newer server may say something else: better in English than not at all.
      return [field, text === undefined ? message : texts[text]];
    }),
  );
}
