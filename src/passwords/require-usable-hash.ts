/** Stub. */
export function requireUsableHash(_hash: string): void {}
