/** Times in UTC for documents, which have no reader's time zone. */

/** Largest second that `Date` can show. */
const MAX_SECONDS = 8_640_000_000_000;

/**
 * Writes Unix seconds as a date and time in UTC. Seconds that no calendar shows stay a number.
 * @example
 * utcText(1_800_000_000); // "2027-01-15 08:00:00 UTC"
 */
export function utcText(seconds: number | bigint | { toString(): string }): string {
  const value = Number(seconds.toString());
  if (!Number.isFinite(value) || Math.abs(value) > MAX_SECONDS) return `second ${String(seconds)}`;
  return `${new Date(value * 1_000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
