import type { AuthError } from "../errors/auth-error.js";
import { after } from "../guard/after.js";
import type { Refused } from "../guard/protector.js";
import { type ProblemRefusal, type Refusal, refusalOf } from "../guard/refusal.js";
import { type Claims, isTokenError, type TokenReason } from "../tokens/index.js";
import type { Answer } from "./answer.js";
import { flaskJwtAnswer } from "./flask-jwt-answer.js";
import { flaskJwtExtendedAnswer } from "./flask-jwt-extended-answer.js";
import type { ErrorMode, OwnRefusal, Refusals } from "./manager-options.js";
import type { ManagerRules, RefusalRules } from "./manager-rules.js";

/** What is known of a refused request; less where a method refused, and no route. */
type Known = Partial<Refused>;

/** Makes what answers refusals: in the words of the mode, or as a loader of the application says. */
export function createRefusalOf<Parsed, User, Subject>(
  rules: Pick<ManagerRules<Parsed, User, Subject>, "answers" | "places">,
): (error: AuthError, known?: Known) => Refusal | Promise<Refusal> {
  const { answers, places } = rules;
  const scheme = places.header.schemes.find((name) => name !== "") ?? "Bearer";
  return (error, known = {}) => {
    const problem = refusalOf(error);
    const answer = flaskAnswer(error, known, answers) ?? { ...problem, sentence: error.message };
    const refusal = { ...answer, headers: headersOf(problem, answer, { scheme, errors: answers.errors }) };
    const ask = loaderOf(error, answer, known, answers.refusals);
    return ask === undefined ? refusal : after(ask(), (given) => merged(refusal, given));
  };
}

function flaskAnswer(
  error: AuthError,
  { input, rules }: Known,
  { errors, messageKey }: RefusalRules,
): Answer | undefined {
  const looked = input === undefined || rules === undefined ? undefined : { input, rules };
  if (errors === "flask-jwt-extended") return flaskJwtExtendedAnswer(error, looked, messageKey);
  return errors === "flask-jwt" ? flaskJwtAnswer(error, looked) : undefined;
}

/** The headers of the problem document, in the scheme of this manager; every 401 challenges (RFC 9110 section 15.5.2). */
function headersOf(
  { headers, body }: ProblemRefusal,
  { status }: Answer,
  { scheme, errors }: { readonly scheme: string; readonly errors: ErrorMode },
): Refusal["headers"] {
  const { "www-authenticate": usual, ...others } = headers;
  if (errors === "problem") return usual === undefined ? others : { ...others, ...challenge(usual, scheme) };
  const inJson = { ...others, "content-type": "application/json" };
  if (status !== 401) return inJson;
  const isRealm = errors === "flask-jwt" && body.code === "token_required";
  return { ...inJson, ...challenge(isRealm ? 'Bearer realm="Login Required"' : (usual ?? "Bearer"), scheme) };
}

function challenge(usual: string, scheme: string): Refusal["headers"] {
  return { "www-authenticate": usual.replace(/^Bearer/, () => scheme) };
}

const KINDS: Readonly<
  Partial<Record<TokenReason, "expired" | "needsFresh" | "revoked" | "userNotFound" | "notAccepted">>
> = {
  expired: "expired",
  not_fresh: "needsFresh",
  revoked: "revoked",
  user_unknown: "userNotFound",
  not_accepted: "notAccepted",
};

type Loader = () => OwnRefusal | PromiseLike<OwnRefusal>;

/** The loader that answers, with what it is told; `undefined` where the application has none. */
function loaderOf(error: AuthError, answer: Answer, { inspection }: Known, refusals: Refusals): Loader | undefined {
  const kind = isTokenError(error) ? KINDS[error.reason] : undefined;
  if (kind !== undefined) {
    const loader = refusals[kind];
    return loader && inspection && (() => loader(inspection.claims as Claims, inspection.header));
  }
  const isMissing = error.code === "token_required" || error.code === "csrf";
  if (!isMissing && !isTokenError(error)) return undefined;
  const loader = isMissing ? refusals.unauthorized : refusals.invalidToken;
  return loader && (() => loader(answer.sentence, error));
}

function merged(refusal: Refusal, given: OwnRefusal): Refusal {
  if (typeof given !== "object" || given === null || !("body" in given))
    throw new TypeError("What answers a refusal must give { status?, body, headers? }.");
  const { status = refusal.status, body, headers = {} } = given;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new TypeError("The status of a refusal must be a number from 200 to 599.");
  const { "www-authenticate": challenge, ...others } = refusal.headers;
  return {
    status,
    body,
    headers: {
      ...others,
      "content-type": "application/json",
      ...(status === 401 && challenge !== undefined && { "www-authenticate": challenge }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    },
  };
}
