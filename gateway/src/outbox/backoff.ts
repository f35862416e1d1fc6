/** Delays after failures. */

const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 300;

/**
 * Returns the seconds before the next attempt: 1 s after the first failure, doubled each time, at most five minutes; of that
 * between half and all of it, so that jobs which failed together do not come back together. `random` is in [0, 1).
 * @example
 * backoffSeconds(3, Math.random); // 2 to 4
 */
export function backoffSeconds(failures: number, random: () => number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 20);
  const longest = Math.min(FIRST_SECONDS * 2 ** doublings, LONGEST_SECONDS);
  return longest * (0.5 + random() / 2);
}
