/** Sums of a policy: of its vault where there is one, otherwise of what was promised and paid. */
import { type Escrow, FUNDING_KIND_CLOSED, type PaymentPolicy } from "@milepost/sdk";
import type BN from "bn.js";
import type { PolicyState } from "./policy-state";

/** Base units that a policy accounts for. */
export type PolicyMoney = Pick<PolicyState, "funded" | "paid" | "refunded" | "outstanding">;

/** Returns the sums. `escrow` is null for a delegated policy and after the escrow was closed. */
export function moneyOf(policy: PaymentPolicy, escrow: Escrow | null): PolicyMoney {
  const { milestone } = policy.policyType;
  if (escrow) {
    const held = escrow.milestones.slice(0, milestone.totalMilestones);
    const [funded, paid, refunded] = [
      sum(held.map((each) => each.funded)),
      sum(held.map((each) => each.paid)),
      sum(held.map((each) => each.refunded)),
    ];
    return { funded, paid, refunded, outstanding: funded - paid - refunded };
  }
  const paid = toBigint(policy.totalPaid);
  if (policy.fundingKind === FUNDING_KIND_CLOSED) {
    return { funded: paid, paid, refunded: null, outstanding: 0n };
  }
  const { milestoneAmounts, currentMilestone, totalMilestones } = milestone;
  const outstanding = sum(milestoneAmounts.slice(currentMilestone, totalMilestones));
  return { funded: paid + outstanding, paid, refunded: 0n, outstanding };
}

/** Returns the SDK's number as a bigint. */
export const toBigint = (value: BN): bigint => BigInt(value.toString());

const sum = (values: readonly BN[]): bigint =>
  values.reduce((all, value) => all + toBigint(value), 0n);
