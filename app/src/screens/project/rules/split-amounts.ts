/** Rule: what everybody gets of a divided milestone, to the last unit, as the program divides it. */
import { divideMilestone, type PayoutFees, timeoutShare } from "@milepost/sdk";
import BN from "bn.js";

/** Money of a division in base units. All of them add up to the amount and the platform fee on top. */
export interface SplitAmounts {
  /** Contractor's share before fees. */
  share: bigint;
  /** What the contractor receives. */
  recipient: bigint;
  gatewayFee: bigint;
  protocolFee: bigint;
  platformFee: bigint;
  /** What returns to the homeowner. */
  refund: bigint;
}

const big = (value: BN): bigint => BigInt(value.toString());

/**
 * Returns the division of `amount` with `share` for the contractor.
 * @example
 * splitAmounts(500_000_000n, 300_000_000n, { gatewayFeeBps: 0, protocolFeeBps: 0, platformFeeBps: 250 }).refund; // 205_000_000n
 */
export function splitAmounts(amount: bigint, share: bigint, fees: PayoutFees): SplitAmounts {
  const divided = divideMilestone(new BN(amount.toString()), new BN(share.toString()), fees);
  return {
    share,
    recipient: big(divided.recipient),
    gatewayFee: big(divided.gatewayFee),
    protocolFee: big(divided.protocolFee),
    platformFee: big(divided.platformFee),
    refund: big(divided.refund),
  };
}

/** Returns the contractor's share when the mediator stays away, in base units. */
export const shareAtTimeout = (amount: bigint, timeoutRecipientBps: number): bigint =>
  big(timeoutShare(new BN(amount.toString()), timeoutRecipientBps));

/** Returns the outcome that the API has for a share: `full` and `refund` are no splits. */
export function outcomeOf(amount: bigint, share: bigint): "full" | "split" | "refund" {
  if (share === amount) return "full";
  return share === 0n ? "refund" : "split";
}
