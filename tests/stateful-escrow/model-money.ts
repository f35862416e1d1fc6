/** The model's moves of money out of a vault, and of a delegated policy's payment. */
import type { Person } from "../world";
import {
  isCompleted,
  type EscrowState,
  type LivePolicy,
  type Model,
  type MilestoneState,
} from "./state";

const share = (amount: bigint, bps: number): bigint => (amount * BigInt(bps)) / 10_000n;

/** What the owner puts into the vault for a milestone: its amount and the platform fee on top. */
export const fundingOf = (amount: bigint, platformFeeBps: number): bigint =>
  amount + share(amount, platformFeeBps);

export interface Payout {
  recipient: bigint;
  gateway: bigint;
  protocol: bigint;
  refund: bigint;
}

/** Of a milestone of which `amount` goes to the recipient, before fees. */
export function payoutOf(policy: LivePolicy, escrow: EscrowState, amount: bigint): Payout {
  const { state } = policy;
  const { platformFeeBps } = escrow.terms;
  const gatewayFee = share(amount, state.gatewayFeeBps);
  const protocol = share(amount, state.protocolFeeBps);
  const platformFee = share(amount, platformFeeBps);
  const gross = state.amounts[state.currentMilestone] as bigint;
  return {
    recipient: amount - gatewayFee - protocol,
    gateway: gatewayFee + platformFee,
    protocol,
    refund: fundingOf(gross, platformFeeBps) - amount - platformFee,
  };
}

/** `ready_at`: since when the current milestone is accepted, funded and at its turn; 0 when not all three. */
export function makeReady(model: Model, policy: LivePolicy, escrow: EscrowState): void {
  const next = escrow.milestones[policy.state.currentMilestone];
  const isReady = next?.state === "funded" && escrow.acceptedAt !== 0n;
  escrow.readyAt = isReady ? model.time : 0n;
}

function advance(model: Model, policy: LivePolicy, amount: bigint): void {
  policy.state.currentMilestone += 1;
  policy.state.totalPaid += amount;
  policy.state.isPaused = policy.state.isPaused || isCompleted(policy);
  policy.state.updatedAt = model.time;
}

/** Moves the gateway's share of its own fee on to the claimant. */
function reward(model: Model, policy: LivePolicy, amount: bigint, keeper: Person | null): void {
  if (keeper === null) return;
  const due = share(share(amount, policy.state.gatewayFeeBps), model.keeperRewardBps);
  model.tokens.gatewayFees -= due;
  model.tokens[keeper] += due;
}

/** Ends the current milestone with `amount` to the recipient and the rest back to the owner. */
export function finalize(
  model: Model,
  policy: LivePolicy,
  escrow: EscrowState,
  state: MilestoneState,
  amount: bigint,
  keeper: Person | null,
): void {
  const payout = payoutOf(policy, escrow, amount);
  const milestone = escrow.milestones[policy.state.currentMilestone];
  if (!milestone) throw new Error("no current milestone");
  model.tokens.recipient += payout.recipient;
  model.tokens.owner += payout.refund;
  model.tokens.gatewayFees += payout.gateway;
  model.tokens.protocolFees += payout.protocol;
  reward(model, policy, amount, keeper);
  policy.vault -= milestone.funded;
  milestone.state = state;
  milestone.refunded = payout.refund;
  milestone.paid = milestone.funded - payout.refund;
  advance(model, policy, amount);
  escrow.mediationAt = 0n;
  escrow.updatedAt = model.time;
  makeReady(model, policy, escrow);
}

/** Pulls a delegated policy's current milestone from the owner. */
export function pull(
  model: Model,
  policy: LivePolicy,
  amount: bigint,
  keeper: Person | null,
): void {
  const gatewayFee = share(amount, policy.state.gatewayFeeBps);
  const protocolFee = share(amount, policy.state.protocolFeeBps);
  model.tokens.owner -= amount;
  model.tokens.recipient += amount - gatewayFee - protocolFee;
  model.tokens.gatewayFees += gatewayFee;
  model.tokens.protocolFees += protocolFee;
  reward(model, policy, amount, keeper);
  model.committed -= amount;
  model.allowance -= amount;
  model.userPaymentUpdatedAt = model.time;
  advance(model, policy, amount);
}
