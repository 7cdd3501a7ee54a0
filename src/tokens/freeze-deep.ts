/** Freezes a value and every array and plain object in it, and returns it. What is frozen already is left as it is. */
export function freezeDeep<T>(value: T): T {
  // What is no object counts as frozen.
  if (Object.isFrozen(value) || !isContainer(value)) return value;
  Object.freeze(value);
  for (const name of Object.keys(value)) freezeDeep(value[name]);
  return value;
}

/** Other objects, such as the dates and byte arrays that a schema may make, are not containers of claims. */
function isContainer(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
