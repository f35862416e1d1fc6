import BN from "bn.js";
import { BPS_DENOMINATOR } from "../constants";
import { type AmountSplit, splitAmount } from "../release/fees";
import type { Escrow } from "../types";

/** How one held milestone is divided, in base units. All five add up to what it was funded with. */
export interface MilestonePayout extends AmountSplit {
  /** On the recipient's share; goes to the gateway's fee recipient. */
  platformFee: BN;
  /** Back to the owner: the rest of the amount and of the platform fee. */
  refund: BN;
}

/** Basis points that a held milestone is divided by. */
export interface PayoutFees {
  /** Gateway's fee, 0 to 1,000, taken from the recipient's part: `PaymentPolicy.gatewayFeeBps`. */
  gatewayFeeBps: number;
  /** Protocol's fee, 0 to 500, taken from the recipient's part: `PaymentPolicy.protocolFeeBps`. */
  protocolFeeBps: number;
  /** Platform's fee, 0 to 1,000, which the owner paid on top of the amount: `Escrow.platformFeeBps`. */
  platformFeeBps: number;
}

/** Floored, as the program does. */
function feeOf(amount: BN, bps: number): BN {
  return amount.muln(bps).divn(BPS_DENOMINATOR);
}

/**
 * What the owner puts into the vault for a milestone of `amount`: the platform fee comes on top.
 * @example
 * fundingOf(new BN(1_000_000), 250); // 1_025_000
 */
export function fundingOf(amount: BN, platformFeeBps: number): BN {
  return amount.add(feeOf(amount, platformFeeBps));
}

/**
 * The program's division of a milestone of `amount` of which `recipientAmount`, at most the amount, goes to the recipient
 * before fees. Fees are taken from the recipient's share alone, and the platform fee in proportion to it.
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
 * What the recipient gets of `amount`, before fees, when the mediation times out.
 * @example
 * timeoutShare(new BN(1_000), 5_000); // 500
 */
export function timeoutShare(amount: BN, timeoutRecipientBps: number): BN {
  return feeOf(amount, timeoutRecipientBps);
}

/**
 * Base units that are funded and neither paid nor refunded. The vault may hold more: donations, which go to the owner
 * at closing.
 * @example
 * escrowOutstanding(await getEscrow(context, policyPda));
 */
export function escrowOutstanding(escrow: Escrow): BN {
  return escrow.milestones.reduce(
    (sum, { funded, paid, refunded }) => sum.add(funded).sub(paid).sub(refunded),
    new BN(0),
  );
}
