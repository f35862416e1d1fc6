/** How long to leave something alone that did not work. */

const FIRST_SECS = 30;
/** The longest delay, in seconds; it goes on at this pace for ever. */
export const MAX_BACKOFF_SECS = 3_600;

/**
 * Seconds before the next try after `attempts` earlier ones: full jitter below 30 s x 2^attempts, at most an hour.
 * `random` is in [0, 1).
 * @example
 * backoffSeconds(3, Math.random); // 0 to 240
 */
export function backoffSeconds(attempts: number, random: () => number): number {
  const doublings = Math.min(Math.max(attempts, 0), 20);
  return random() * Math.min(FIRST_SECS * 2 ** doublings, MAX_BACKOFF_SECS);
}
