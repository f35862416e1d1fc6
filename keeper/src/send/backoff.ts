/** Delays after failures. */

const FIRST_SECS = 30;
/** Longest delay, in seconds; all later delays are equally long. */
export const MAX_BACKOFF_SECS = 3_600;

/**
 * Returns the seconds before the next attempt after `attempts` earlier ones: full jitter below 30 s x 2^attempts, at
 * most an hour. `random` is in [0, 1).
 * @example
 * backoffSeconds(3, Math.random); // 0 to 240
 */
export function backoffSeconds(attempts: number, random: () => number): number {
  const doublings = Math.min(Math.max(attempts, 0), 20);
  return random() * Math.min(FIRST_SECS * 2 ** doublings, MAX_BACKOFF_SECS);
}

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 2_000;

/**
 * Returns the milliseconds before the next attempt at a read: a half to the whole of a pause that doubles with each
 * attempt on the same RPC; 0 before the first.
 */
export function readPauseMs(tries: number, random: () => number): number {
  if (tries === 0) return 0;
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), MAX_PAUSE_MS);
  return (whole * (1 + random())) / 2;
}
