/** Goes on with a value now, or once it is there: whoever does not have to wait is not made to. */
export function after<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Runs what may throw now or later, and goes on with what came of it. What `next` throws is not given to `failed`. */
export function settle<A, B>(
  run: () => A | Promise<A>,
  next: (value: A) => B | Promise<B>,
  failed: (thrown: unknown) => B | Promise<B>,
): B | Promise<B> {
  let value: A | Promise<A>;
  try {
    value = run();
  } catch (thrown) {
    return failed(thrown);
  }
  return value instanceof Promise ? value.then(next, failed) : next(value);
}
