/**
 * Returns a time as people read it.
 * @example
 * utc(1_800_000_000n); // "2027-01-15 08:00 UTC"
 */
export const utc = (seconds: bigint | null): string =>
  seconds === null
    ? "an unknown time"
    : `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
