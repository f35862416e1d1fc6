/**
 * Returns Unix seconds as error texts show them: the number that the API uses, and the date that people read.
 * @example
 * showTime(1_800_000_000n); // "1800000000 (2027-01-15T08:00:00Z)"
 */
export const showTime = (seconds: bigint): string =>
  `${seconds} (${new Date(Number(seconds) * 1_000).toISOString().replace(".000", "")})`;
