/** Decides whether a transaction that was built again needs a second look. */
import { MOST_ADDED_FEE } from "./check-returned";
import type { SendReview } from "./send-state";

/**
 * Returns true where a review shows what was confirmed before: the same signers, instructions and moves of tokens, and a network fee
 * that is hardly higher. The blockhash may differ, and the fee may fall.
 */
export function isSameReview(confirmed: SendReview, review: SendReview): boolean {
  return (
    review.fee <= confirmed.fee + MOST_ADDED_FEE &&
    fingerprintOf(confirmed) === fingerprintOf(review)
  );
}

/** Returns text that differs when the transaction does something else, whatever its blockhash and fee are. */
function fingerprintOf({ decoded, changes }: SendReview): string {
  const steps = decoded.instructions.filter(({ isMinor }) => !isMinor);
  const moves = changes
    .filter(({ kind }) => kind !== "sol")
    .map(({ account, before, after, spender }) => [account, after - before, spender]);
  return JSON.stringify([decoded.signers, steps, moves], (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}
