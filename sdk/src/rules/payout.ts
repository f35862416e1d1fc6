import BN from "bn.js";
import type { Escrow } from "../types";
import { type AmountSplit, feeOf, splitAmount } from "./fees";

/** Division of one held milestone, in base units. All five add up to its funding. */
export interface MilestonePayout extends AmountSplit {
  /** Platform fee on the recipient's share, which goes to the gateway's fee recipient. */
  platformFee: BN;
  /** Refund to the owner: the rest of the amount and of the platform fee. */
  refund: BN;
}

/** Basis points that a held milestone is divided by. */
export interface PayoutFees {
  /** Gateway's fee, 0 to 1,000, taken from the recipient's share: `PaymentPolicy.gatewayFeeBps`. */
  gatewayFeeBps: number;
  /** Protocol's fee, 0 to 500, taken from the recipient's share: `PaymentPolicy.protocolFeeBps`. */
  protocolFeeBps: number;
  /** Platform's fee, 0 to 1,000, which the owner paid on top of the amount: `Escrow.platformFeeBps`. */
  platformFeeBps: number;
}

/**
 * Returns what the owner pays into the vault for a milestone of `amount`: the amount and the platform fee on top.
 * @example
 * fundingOf(new BN(1_000_000), 250); // 1_025_000
 */
export function fundingOf(amount: BN, platformFeeBps: number): BN {
  return amount.add(feeOf(amount, platformFeeBps));
}

/**
 * Divides a milestone of `amount` as the program does. `recipientAmount`, at most the amount, goes to the recipient before
 * fees. Fees are taken from the recipient's share alone, and the platform fee in proportion to it.
 * @example
 * divideMilestone(amount, amount.muln(60).divn(100), { gatewayFeeBps: 100, protocolFeeBps: 50, platformFeeBps: 250 });
 */
export function divideMilestone(
  amount: BN,
  recipientAmount: BN,
  fees: PayoutFees,
): MilestonePayout {
  const platformFee = feeOf(recipientAmount, fees.platformFeeBps);
  const platformRest = feeOf(amount, fees.platformFeeBps).sub(platformFee);
  return {
    ...splitAmount(recipientAmount, fees.gatewayFeeBps, fees.protocolFeeBps),
    platformFee,
    refund: amount.sub(recipientAmount).add(platformRest),
  };
}

/**
 * Returns the recipient's share of `amount`, before fees, when the mediation times out.
 * @example
 * timeoutShare(new BN(1_000), 5_000); // 500
 */
export function timeoutShare(amount: BN, timeoutRecipientBps: number): BN {
  return feeOf(amount, timeoutRecipientBps);
}

/**
 * Returns the base units that are funded and neither paid nor refunded. The vault may hold more: donations, which go to
 * the owner at closing.
 * @example
 * escrowOutstanding(await getEscrow(context, policyPda));
 */
export function escrowOutstanding(escrow: Escrow): BN {
  return escrow.milestones.reduce(
    (sum, { funded, paid, refunded }) => sum.add(funded).sub(paid).sub(refunded),
    new BN(0),
  );
}
