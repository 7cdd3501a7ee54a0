/** A moment in milliseconds as it is shown. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
