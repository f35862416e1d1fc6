/** Where the money of a policy is: promised or locked, paid, returned, outstanding. */
import {
  type Escrow,
  escrowOutstanding,
  FUNDING_KIND_CLOSED,
  fundingOf,
  type Milestone,
  milestoneStateName,
  type ReleaseSnapshot,
} from "@milepost/sdk";
import { unitsOf } from "./token";

/** Place of the money that has not been paid yet. */
export type MoneyPlace = "owner" | "vault" | "none";

/** Sums of a policy in base units. */
export interface MoneyFacts {
  /** Sum of all milestones' amounts. */
  total: bigint;
  /** What left for the recipient and the fees. */
  paid: bigint;
  /** What went back to the owner out of the vault. */
  returned: bigint;
  /** What the vault holds for this policy's milestones; 0 without a vault. */
  locked: bigint;
  /** What is neither paid, nor returned, nor locked, the platform fee included. */
  promised: bigint;
  place: MoneyPlace;
  /** Address of the account that pays next; null when nothing will be paid. */
  account: string | null;
}

/** Returns the sums of a policy. */
export function moneyFacts(snapshot: ReleaseSnapshot): MoneyFacts {
  const { policy, userPayment, escrow } = snapshot;
  const { milestone } = policy.policyType;
  const total = unitsOf(milestone.escrowAmount);
  if (policy.fundingKind === FUNDING_KIND_CLOSED) {
    const paid = unitsOf(policy.totalPaid);
    return { total, paid, returned: 0n, locked: 0n, promised: 0n, place: "none", account: null };
  }
  if (escrow) return heldFacts(milestone, escrow.account, total);
  const promised = sumFrom(milestone, milestone.currentMilestone);
  const isDone = promised === 0n;
  return {
    total,
    paid: unitsOf(policy.totalPaid),
    returned: 0n,
    locked: 0n,
    promised,
    place: isDone ? "none" : "owner",
    account: isDone ? null : userPayment.tokenAccount.toBase58(),
  };
}

function heldFacts(milestone: Milestone, escrow: Escrow, total: bigint): MoneyFacts {
  const { currentMilestone, totalMilestones, milestoneAmounts } = milestone;
  let paid = 0n;
  let returned = 0n;
  let promised = 0n;
  for (let index = 0; index < totalMilestones; index += 1) {
    const held = escrow.milestones[index]!;
    paid += unitsOf(held.paid);
    returned += unitsOf(held.refunded);
    if (milestoneStateName(held.state) !== "unfunded") continue;
    const amount = milestoneAmounts[index]!;
    // A milestone that ended before the escrow was opened was paid by delegation.
    if (index < currentMilestone) paid += unitsOf(amount);
    else promised += unitsOf(fundingOf(amount, escrow.platformFeeBps));
  }
  const locked = unitsOf(escrowOutstanding(escrow));
  const isDone = locked === 0n && promised === 0n;
  return {
    total,
    paid,
    returned,
    locked,
    promised,
    place: isDone ? "none" : locked > 0n ? "vault" : "owner",
    account: isDone ? null : escrow.vault.toBase58(),
  };
}

function sumFrom({ milestoneAmounts, totalMilestones }: Milestone, from: number): bigint {
  return milestoneAmounts
    .slice(from, totalMilestones)
    .reduce((sum, amount) => sum + unitsOf(amount), 0n);
}
