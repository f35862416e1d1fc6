/** Divides an amount by weights without losing a unit. */

/**
 * Returns one share per weight, in base units. The shares sum to `total` exactly: each is rounded down, and the units that are
 * left go to the largest remainders, among equals to the first.
 * @example
 * splitByWeights(100n, [1n, 1n, 1n]); // [34n, 33n, 33n]
 */
export function splitByWeights(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((all, weight) => all + weight, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError("expected weights of zero or more, one of them above zero");
  }
  const shares = weights.map((weight) => (total * weight) / sum);
  let left = total - shares.reduce((all, share) => all + share, 0n);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % sum }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
    );
  for (const { index } of byRemainder) {
    if (left === 0n) break;
    shares[index]! += 1n;
    left -= 1n;
  }
  return shares;
}

/**
 * Returns `amount * bps / 10_000`, rounded down as the program does.
 * @example
 * feeOf(1_000_000n, 250); // 25_000n
 */
export const feeOf = (amount: bigint, bps: number): bigint => (amount * BigInt(bps)) / 10_000n;
