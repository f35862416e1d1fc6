/** Rule of the visibility: nobody reads the other's review before they have written their own, or had two weeks for it. */

/** Seconds of the chain's clock after which a review is shown alone. */
export const HIDDEN_SECS = 14n * 86_400n;

/** What the visibility of a review depends on. */
export interface ReviewTime {
  /** Unix seconds by the chain's clock. */
  submittedAt: bigint;
  /** Whether both parties have reviewed each other. */
  isMutual: boolean;
}

/**
 * Returns whether others may read a review at `now`.
 * @example
 * isRevealed({ submittedAt: 0n, isMutual: false }, HIDDEN_SECS); // true
 */
export const isRevealed = ({ submittedAt, isMutual }: ReviewTime, now: bigint): boolean =>
  isMutual || now >= submittedAt + HIDDEN_SECS;

/**
 * Returns the average of ratings with two digits, rounded half up, or null without any.
 * @example
 * averageOf(14, 3); // "4.67"
 */
export function averageOf(sum: number, count: number): string | null {
  if (count === 0) return null;
  const hundredths = (BigInt(sum) * 200n + BigInt(count)) / (2n * BigInt(count));
  return `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, "0")}`;
}
