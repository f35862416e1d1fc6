import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";

/** Most accounts one `getRecentPrioritizationFees` call takes. */
const MAX_ACCOUNTS = 128;

/** Choice of a priority fee by what recent transactions on the same accounts paid. */
export interface PriorityFeeOptions {
  /** Of what recent transactions on the same accounts paid. Default: 75. */
  percentile?: number;
  /** Most micro-lamports per compute unit. Default: 200,000. */
  max?: number;
}

/** Returns the value at `percentile` of 0 to 100, by nearest rank; 0 for no values. */
export function percentileOf(values: readonly number[], percentile: number): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil((percentile / 100) * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]!;
}

/**
 * Returns the micro-lamports per compute unit that recent transactions on these writable accounts paid, capped. 0 when
 * the RPC can't say: a payment is better sent cheaply than not at all.
 */
export async function recentPriorityFee(
  context: MilestoneContext,
  instructions: readonly TransactionInstruction[],
  { percentile = 75, max = 200_000 }: PriorityFeeOptions = {},
): Promise<number> {
  const writable = new Map<string, PublicKey>();
  for (const { pubkey, isWritable } of instructions.flatMap(({ keys }) => keys)) {
    if (isWritable) writable.set(pubkey.toBase58(), pubkey);
  }
  try {
    const fees = await context.connection.getRecentPrioritizationFees({
      lockedWritableAccounts: [...writable.values()].slice(0, MAX_ACCOUNTS),
    });
    const paid = fees.map(({ prioritizationFee }) => prioritizationFee);
    return Math.min(percentileOf(paid, percentile), max);
  } catch {
    return 0;
  }
}
