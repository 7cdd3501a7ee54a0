import type { AuthError } from "../errors/auth-error.js";
import { settle } from "../guard/after.js";
import { exposeAuth } from "../guard/auth.js";
import { createGuard, type Decision } from "../guard/create-guard.js";
import type { GuardInput } from "../guard/guard-input.js";
import { type GuardOptions, splitGuardOptions } from "../guard/guard-options.js";
import type { Protector } from "../guard/protector.js";
import type { Refusal } from "../guard/refusal.js";

/** Goes on with the next handler; with an error, to the one for errors. */
export type Next = (error?: Error) => void;

/** The options of a `requireToken` whose handlers go on by a callback. What `onRefused` gives is waited for. */
export type MiddlewareOptions<Request, Response, Done extends Next = Next> = GuardOptions<
  (error: AuthError, request: Request, response: Response, next: Done) => unknown
>;

/** What a guard needs of a framework whose handlers go on by a callback. */
export interface MiddlewareHost<Request, Response> {
  input(request: Request): GuardInput;
  /** Answers a refusal. */
  refuse(response: Response, refusal: Refusal): void;
}

/** Makes the guard of a route as a middleware: it goes on in the same turn where nobody has to be waited for. What is no refusal goes to `next`. */
export function createMiddleware<Request extends object, Response, Done extends Next>(
  host: MiddlewareHost<Request, Response>,
  protector: Protector,
  options: MiddlewareOptions<Request, Response, Done>,
): (request: Request, response: Response, next: Done) => void {
  const { onRefused, route } = splitGuardOptions(options);
  const guard = createGuard(protector).route(route);
  return (request, response, next) => {
    const failed = (thrown: unknown) => next(errorOf(thrown));
    const go = ({ error, refusal, auth }: Decision): unknown => {
      if (error === undefined) {
        exposeAuth(request, auth);
        return next();
      }
      // What fails after a wait would otherwise be nobody's, and end the process.
      return settle(
        () => (onRefused === undefined ? host.refuse(response, refusal) : onRefused(error, request, response, next)),
        () => {},
        failed,
      );
    };
    void settle<Decision, unknown>(() => guard.decide(host.input(request)), go, failed);
  };
}

/** Frameworks take an error that is none for a word of their own, such as Express `route`, or for no error at all. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
