/** When a delivery is attempted again: for three days, with exponential backoff and jitter. */

/** Seconds from the first attempt to the last one. */
export const RETRY_WINDOW_SECS = 3 * 24 * 3600;

const FIRST_DELAY_SECS = 5;
const FACTOR = 3;
/** Longest pause between two attempts. */
export const MAX_DELAY_SECS = 4 * 3600;
/** Share by which a pause is shorter or longer, so that receivers that were down do not get everything at once. */
const JITTER = 0.2;

/** Input of `nextAttemptAt`. */
export interface FailedAttempt {
  /** Number of attempts so far, at least 1. */
  attempts: number;
  firstAttemptAt: Date;
  now: Date;
  /** Number in [0, 1) that decides the jitter. */
  random: number;
  /** Seconds of the answer's `Retry-After`; null without one. */
  retryAfterSecs: number | null;
}

/**
 * Returns the time of the next attempt, or null once three days are over. The last attempt is exactly three days after the
 * first one.
 * @example
 * nextAttemptAt({ attempts: 1, firstAttemptAt: t, now: t, random: 0.5, retryAfterSecs: null }); // t + 5 s
 */
export function nextAttemptAt(failed: FailedAttempt): Date | null {
  const { attempts, firstAttemptAt, now, random, retryAfterSecs } = failed;
  const end = firstAttemptAt.getTime() + RETRY_WINDOW_SECS * 1_000;
  if (now.getTime() >= end) return null;
  const pause = Math.min(FIRST_DELAY_SECS * FACTOR ** (attempts - 1), MAX_DELAY_SECS);
  const jittered = pause * (1 - JITTER + 2 * JITTER * random);
  const asked = Math.min(retryAfterSecs ?? 0, MAX_DELAY_SECS);
  return new Date(Math.min(now.getTime() + Math.max(jittered, asked) * 1_000, end));
}
