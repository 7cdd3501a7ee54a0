/** Whether somebody has to be waited for. Lazy queries of databases, and promises of another realm, are no `Promise` and would count as a yes. */
export function isLater<A>(value: A | PromiseLike<A>): value is PromiseLike<A> {
  if (value instanceof Promise) return true;
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** Goes on with a value now, or once it is there: whoever does not have to wait is not made to. */
export function after<A, B>(value: A | PromiseLike<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return isLater(value) ? Promise.resolve(value).then(next) : next(value);
}

/** Runs what may throw now or later, and goes on with what came of it. What `next` throws is not given to `failed`. */
export function settle<A, B>(
  run: () => A | PromiseLike<A>,
  next: (value: A) => B | Promise<B>,
  failed: (thrown: unknown) => B | Promise<B>,
): B | Promise<B> {
  let value: A | PromiseLike<A>;
  try {
    value = run();
  } catch (thrown) {
    return failed(thrown);
  }
  return isLater(value) ? Promise.resolve(value).then(next, failed) : next(value);
}
