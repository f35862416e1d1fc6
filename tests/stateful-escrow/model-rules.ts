/**
 * Index, acceptance, state and time of an action on a held milestone, as `docs/escrow.md` and decision 0003 have them, in
 * their order. A deadline is the first second of what comes after it.
 */
import type { MilestoneAction } from "./actions";
import {
  currentOf,
  type EscrowState,
  type HeldMilestone,
  isCompleted,
  type LivePolicy,
  type MilestoneState,
} from "./state";

/** The name of an error, or null. */
export type Outcome = string | null;

/** The state at `now`: a dispute is in mediation from `mediation_at` on, whether or not anyone asked. */
export const stateAt = (
  escrow: EscrowState,
  milestone: HeldMilestone,
  now: bigint,
): MilestoneState =>
  milestone.state === "disputed" && now >= escrow.mediationAt ? "mediation" : milestone.state;

const hasDueDate = (policy: LivePolicy): boolean => policy.state.releaseCondition % 2 === 1;
const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export interface Deadlines {
  /** From here on a set due date lets pay; null without bit 0. */
  due: bigint | null;
  /** From here on the owner may take back what was not delivered. */
  overdue: bigint;
  windowCloses: bigint;
  reviewEnds: bigint;
  mediationStarts: bigint;
  mediationExpires: bigint;
}

export function deadlinesOf(policy: LivePolicy, escrow: EscrowState): Deadlines {
  const index = currentOf(policy);
  const milestone = escrow.milestones[index] as HeldMilestone;
  const timestamp = policy.state.timestamps[index] as bigint;
  const { terms } = escrow;
  return {
    due: hasDueDate(policy) ? timestamp : null,
    overdue: largest(timestamp, escrow.readyAt) + BigInt(terms.deliveryGraceSecs),
    windowCloses: milestone.submittedAt + BigInt(terms.disputeWindowSecs),
    reviewEnds: milestone.submittedAt + BigInt(terms.reviewPeriodSecs),
    mediationStarts: escrow.mediationAt,
    mediationExpires: escrow.mediationAt + BigInt(terms.mediationTimeoutSecs),
  };
}

/** As in `execute_payment`: decision 0001. */
export function indexFault(policy: LivePolicy, index: number): Outcome {
  if (isCompleted(policy)) {
    return index < policy.state.totalMilestones ? "MilestoneAlreadyReleased" : "PolicyCompleted";
  }
  if (index < currentOf(policy)) return "MilestoneAlreadyReleased";
  return index > currentOf(policy) ? "MilestoneNotCurrent" : null;
}

type Acts = MilestoneAction["kind"];

/** Which actions the table lists from a state. */
const WAYS: Record<MilestoneState, Acts[]> = {
  unfunded: [],
  funded: ["submit", "approve", "execute", "settle", "reclaim", "reclaimAgreed"],
  submitted: ["approve", "execute", "dispute", "settle", "reclaimAgreed"],
  disputed: ["submit", "withdraw", "requestMediation", "settle", "reclaimAgreed"],
  mediation: ["resolve", "expire", "settle", "reclaimAgreed"],
  released: [],
  resolved: [],
  refunded: [],
};

/** Why the table has no such way: what is missing for it, or what stands against it. */
function stateFault(state: MilestoneState, act: Acts): Outcome {
  if (WAYS[state].includes(act)) return null;
  const isOfDisputes = ["withdraw", "requestMediation", "resolve", "expire"].includes(act);
  switch (state) {
    case "unfunded":
      return "MilestoneNotFunded";
    case "funded":
      return isOfDisputes ? "MilestoneNotDisputed" : "MilestoneNotSubmitted";
    case "submitted":
      return isOfDisputes ? "MilestoneNotDisputed" : "MilestoneAlreadySubmitted";
    case "disputed":
      return act === "resolve" || act === "expire" ? "MediationNotStarted" : "MilestoneInDispute";
    case "mediation":
      return "MilestoneInMediation";
    default:
      throw new Error(`a current milestone is never ${state}`);
  }
}

function timeFault(act: Acts, now: bigint, deadlines: Deadlines): Outcome {
  const { due } = deadlines;
  switch (act) {
    case "approve":
    case "execute":
      return due !== null && now < due ? "PaymentNotDue" : null;
    case "dispute":
      return now >= deadlines.windowCloses ? "DisputeWindowClosed" : null;
    case "resolve":
      return now >= deadlines.mediationExpires ? "MediationTimedOut" : null;
    case "expire":
      return now < deadlines.mediationExpires ? "MediationNotTimedOut" : null;
    case "reclaim":
      return now < deadlines.overdue ? "DeliveryNotOverdue" : null;
    default:
      return null;
  }
}

/** Index, acceptance, state, time. */
export function milestoneFault(
  policy: LivePolicy,
  escrow: EscrowState,
  { kind, index }: { kind: Acts; index: number },
  now: bigint,
): Outcome {
  const fault = indexFault(policy, index);
  if (fault) return fault;
  if (escrow.acceptedAt === 0n) return "EscrowNotAccepted";
  const milestone = escrow.milestones[index] as HeldMilestone;
  return (
    stateFault(stateAt(escrow, milestone, now), kind) ??
    timeFault(kind, now, deadlinesOf(policy, escrow))
  );
}
