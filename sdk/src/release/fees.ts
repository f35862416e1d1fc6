import BN from "bn.js";
import { BPS_DENOMINATOR } from "../constants";

/** How one milestone's amount is divided, in base units; the three add up to the amount. */
export interface AmountSplit {
  /** Amount that the recipient receives: all but the two fees. */
  recipient: BN;
  /** Fee to the gateway's fee recipient, floored; a keeper's reward comes out of it. */
  gatewayFee: BN;
  /** Fee to the protocol's fee recipient, floored. */
  protocolFee: BN;
}

/**
 * The program's split of a milestone: fees are floored, the recipient gets the rest.
 * @example
 * splitAmount(new BN(50_000_000), 100, 50); // 49_250_000 + 500_000 + 250_000
 */
export function splitAmount(
  amount: BN,
  gatewayFeeBps: number,
  protocolFeeBps: number,
): AmountSplit {
  const fee = (bps: number) => amount.muln(bps).divn(BPS_DENOMINATOR);
  const gatewayFee = fee(gatewayFeeBps);
  const protocolFee = fee(protocolFeeBps);
  return { recipient: amount.sub(gatewayFee).sub(protocolFee), gatewayFee, protocolFee };
}

/**
 * What the gateway pays out of its own fee to the token account that an execution names, floored; the gateway keeps the
 * rest, and all of it when the execution names none. `gatewayFee` is `splitAmount`'s: a platform fee is no part of it.
 * @example
 * keeperReward(new BN(500_000), gateway.keeperRewardBps); // 100_000 at 2,000 basis points
 */
export function keeperReward(gatewayFee: BN, keeperRewardBps: number): BN {
  return gatewayFee.muln(keeperRewardBps).divn(BPS_DENOMINATOR);
}
