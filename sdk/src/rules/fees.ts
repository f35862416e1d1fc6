import type BN from "bn.js";
import { BPS_DENOMINATOR } from "../protocol";

/** Division of one milestone's amount, in base units; the three add up to the amount. */
export interface AmountSplit {
  /** Amount that the recipient receives: all but the two fees. */
  recipient: BN;
  /** Fee to the gateway's fee recipient, floored; a keeper's reward comes out of it. */
  gatewayFee: BN;
  /** Fee to the protocol's fee recipient, floored. */
  protocolFee: BN;
}

/** Returns `amount * bps / 10_000`, floored as the program does. `bps` is at most 10,000. */
export function feeOf(amount: BN, bps: number): BN {
  return amount.muln(bps).divn(BPS_DENOMINATOR);
}

/**
 * Splits a milestone as the program does: fees are floored, and the recipient gets the rest.
 * @example
 * splitAmount(new BN(50_000_000), 100, 50); // 49_250_000 + 500_000 + 250_000
 */
export function splitAmount(
  amount: BN,
  gatewayFeeBps: number,
  protocolFeeBps: number,
): AmountSplit {
  const gatewayFee = feeOf(amount, gatewayFeeBps);
  const protocolFee = feeOf(amount, protocolFeeBps);
  return { recipient: amount.sub(gatewayFee).sub(protocolFee), gatewayFee, protocolFee };
}

/**
 * Returns the reward that the gateway pays out of its own fee to the token account that an execution names, floored. The
 * gateway keeps the rest, and all of it when the execution names none. `gatewayFee` is `splitAmount`'s, without a platform
 * fee.
 * @example
 * keeperReward(new BN(500_000), gateway.keeperRewardBps); // 100_000 at 2,000 basis points
 */
export function keeperReward(gatewayFee: BN, keeperRewardBps: number): BN {
  return feeOf(gatewayFee, keeperRewardBps);
}
