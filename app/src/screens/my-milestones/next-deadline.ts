/** Finds the next second that matters in a policy, and says what it brings. */
import {
  bindingDate,
  deliveryOverdueAt,
  disputeClosesAt,
  type Escrow,
  FUNDING_KIND_CLOSED,
  FUNDING_KIND_HELD,
  mediationExpiresAt,
  milestoneStateAt,
  type PaymentPolicy,
  silentApprovalAt,
} from "@milepost/sdk";
import BN from "bn.js";

/** State of a policy's current milestone, or of the whole policy. */
export type PolicyState =
  | "to accept"
  | "to fund"
  | "in work"
  | "in review"
  | "disputed"
  | "in mediation"
  | "scheduled"
  | "paused"
  | "ended";

/** A second and its consequence. */
export interface Deadline {
  /** Unix seconds. */
  at: number;
  text: string;
}

/** State of a policy and the next deadline. */
export interface PolicyOutlook {
  state: PolicyState;
  /** Null where no clock runs. */
  deadline: Deadline | null;
}

/**
 * Decides what comes next in a policy, if nobody acts. `escrow` is null for a delegated policy, `now` is Unix seconds.
 * @example
 * outlookOf(policy, null, 1_700_000_000).state; // "scheduled"
 */
export function outlookOf(
  policy: PaymentPolicy,
  escrow: Escrow | null,
  now: number,
): PolicyOutlook {
  const { milestone } = policy.policyType;
  const isOver = milestone.currentMilestone >= milestone.totalMilestones;
  if (isOver || policy.fundingKind === FUNDING_KIND_CLOSED)
    return { state: "ended", deadline: null };
  if (policy.fundingKind === FUNDING_KIND_HELD) return heldOutlook(policy, escrow, now);
  if (!("active" in policy.status)) return { state: "paused", deadline: null };
  const dueAt = bindingDate(milestone, milestone.currentMilestone);
  const deadline = dueAt && { at: dueAt.toNumber(), text: "Due" };
  return { state: "scheduled", deadline };
}

function heldOutlook(policy: PaymentPolicy, escrow: Escrow | null, now: number): PolicyOutlook {
  if (!escrow || escrow.acceptedAt.isZero()) return { state: "to accept", deadline: null };
  const { milestone } = policy.policyType;
  const index = milestone.currentMilestone;
  switch (milestoneStateAt(escrow, index, new BN(now))) {
    case "funded":
      return {
        state: "in work",
        deadline: at(deliveryOverdueAt(milestone, escrow, index), "Payer may take it back"),
      };
    case "submitted":
      return { state: "in review", deadline: reviewDeadline(policy, escrow, now) };
    case "disputed":
      return { state: "disputed", deadline: at(escrow.mediationAt, "Goes to the mediator") };
    case "mediation":
      return {
        state: "in mediation",
        deadline: at(mediationExpiresAt(escrow), "The split set in the terms may be paid"),
      };
    default:
      return { state: "to fund", deadline: null };
  }
}

function reviewDeadline(policy: PaymentPolicy, escrow: Escrow, now: number): Deadline | null {
  const { milestone } = policy.policyType;
  const index = milestone.currentMilestone;
  const closes = at(disputeClosesAt(escrow, index), "Last moment to dispute");
  if (closes && closes.at > now) return closes;
  return at(silentApprovalAt(milestone, escrow, index), "Can be paid without approval from");
}

/** Returns null for a time that no calendar reaches. */
function at(seconds: BN, text: string): Deadline | null {
  return seconds.bitLength() > 52 ? null : { at: seconds.toNumber(), text };
}
