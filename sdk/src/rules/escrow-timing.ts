/** Computes deadlines of a held milestone as the program does. A deadline is the first second after its period. */
import BN from "bn.js";
import type { MilestoneErrorName } from "../errors/program";
import type { Escrow, Milestone } from "../types";
import { milestoneStateAt } from "./milestone-state";
import { hasDueDate } from "./release-condition";
import { type ActionVerdict, type EscrowAction, nextState } from "./transitions";

const I64_MAX = /* @__PURE__ */ new BN("7fffffffffffffff", 16);

/** Returns `at + period`; when the sum does not fit 64 bits, no clock reaches it. */
function after(at: BN, periodSecs: number): BN {
  return BN.min(at.add(new BN(periodSecs)), I64_MAX);
}

/**
 * Returns the first second in which the owner can no longer dispute the last submission of the milestone at `index`.
 * @example
 * disputeClosesAt(escrow, 0); // submittedAt + disputeWindowSecs
 */
export function disputeClosesAt(escrow: Escrow, index: number): BN {
  return after(escrow.milestones[index]!.submittedAt, escrow.disputeWindowSecs);
}

/**
 * Returns the first second in which the owner's silence counts as approval, except for a set due date; see
 * `silentApprovalAt`.
 * @example
 * reviewEndsAt(escrow, 0); // submittedAt + reviewPeriodSecs
 */
export function reviewEndsAt(escrow: Escrow, index: number): BN {
  return after(escrow.milestones[index]!.submittedAt, escrow.reviewPeriodSecs);
}

/**
 * Returns the first second in which anyone may release the submitted milestone at `index`: the review is over, and a due
 * date set by bit 0 is reached.
 * @example
 * silentApprovalAt(milestone, escrow, milestone.currentMilestone);
 */
export function silentApprovalAt(milestone: Milestone, escrow: Escrow, index: number): BN {
  const dueAt = bindingDate(milestone, index);
  const endsAt = reviewEndsAt(escrow, index);
  return dueAt ? BN.max(dueAt, endsAt) : endsAt;
}

/**
 * Returns the first second in which the mediator can no longer resolve and anyone may pay the agreed split.
 * @example
 * mediationExpiresAt(escrow); // mediationAt + mediationTimeoutSecs
 */
export function mediationExpiresAt(escrow: Escrow): BN {
  return after(escrow.mediationAt, escrow.mediationTimeoutSecs);
}

/**
 * Returns the first second in which the owner alone may reclaim the current milestone at `index`, unless it was submitted.
 * The grace period starts at the due date, with or without bit 0, or when it could first be submitted if that is later.
 * @example
 * deliveryOverdueAt(milestone, escrow, milestone.currentMilestone);
 */
export function deliveryOverdueAt(milestone: Milestone, escrow: Escrow, index: number): BN {
  const from = BN.max(milestone.milestoneTimestamps[index]!, escrow.readyAt);
  return after(from, escrow.deliveryGraceSecs);
}

/** Returns the milestone's timestamp if bit 0 forbids a release before it, otherwise null. */
export function bindingDate(milestone: Milestone, index: number): BN | null {
  return hasDueDate(milestone.releaseCondition) ? milestone.milestoneTimestamps[index]! : null;
}

/**
 * Decides whether `action` is possible on the milestone at `index` at `now` (Unix seconds), by any signer. Returns the
 * state it leads to, or the error that the program would return. Checks index, acceptance, state and time, in this order.
 * @example
 * decideAction("disputeMilestone", policy.policyType.milestone, escrow, 0, now).error; // "DisputeWindowClosed"
 */
export function decideAction(
  action: EscrowAction,
  milestone: Milestone,
  escrow: Escrow,
  index: number,
  now: BN,
): ActionVerdict {
  const refused = (error: MilestoneErrorName): ActionVerdict => ({ next: null, error });
  const { currentMilestone, totalMilestones } = milestone;
  if (index < currentMilestone) return refused("MilestoneAlreadyReleased");
  if (currentMilestone >= totalMilestones) return refused("PolicyCompleted");
  if (index !== currentMilestone) return refused("MilestoneNotCurrent");
  if (escrow.acceptedAt.isZero()) return refused("EscrowNotAccepted");
  const verdict = nextState(milestoneStateAt(escrow, index, now), action);
  if (verdict.error) return verdict;
  const error = tooEarlyOrLate(action, milestone, escrow, index, now);
  return error ? refused(error) : verdict;
}

function tooEarlyOrLate(
  action: EscrowAction,
  milestone: Milestone,
  escrow: Escrow,
  index: number,
  now: BN,
): MilestoneErrorName | null {
  switch (action) {
    case "approveMilestone":
    case "executePayment": {
      const dueAt = bindingDate(milestone, index);
      return dueAt && now.lt(dueAt) ? "PaymentNotDue" : null;
    }
    case "disputeMilestone":
      return now.gte(disputeClosesAt(escrow, index)) ? "DisputeWindowClosed" : null;
    case "resolveDispute":
      return now.gte(mediationExpiresAt(escrow)) ? "MediationTimedOut" : null;
    case "expireMediation":
      return now.lt(mediationExpiresAt(escrow)) ? "MediationNotTimedOut" : null;
    case "reclaimMilestone":
      return now.lt(deliveryOverdueAt(milestone, escrow, index)) ? "DeliveryNotOverdue" : null;
    default:
      return null;
  }
}

/**
 * Returns true when the submitted milestone at `index` counts as approved by the owner's silence, so that anyone may
 * release it.
 * @example
 * isApprovedBySilence(escrow, milestone.currentMilestone, now);
 */
export function isApprovedBySilence(escrow: Escrow, index: number, now: BN): boolean {
  const isSubmitted = milestoneStateAt(escrow, index, now) === "submitted";
  return isSubmitted && now.gte(reviewEndsAt(escrow, index));
}
