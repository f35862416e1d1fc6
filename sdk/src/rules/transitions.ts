import type { MilestoneErrorName } from "../errors/program";
import type { MilestoneStateName } from "../types";

/**
 * Action on a held milestone, by its instruction. `reclaimMilestoneAgreed` is `reclaimMilestone` with the signatures of
 * both owner and recipient.
 */
export type EscrowAction =
  | "fundMilestones"
  | "submitMilestone"
  | "approveMilestone"
  | "executePayment"
  | "disputeMilestone"
  | "withdrawDispute"
  | "requestMediation"
  | "resolveDispute"
  | "expireMediation"
  | "settleMilestone"
  | "reclaimMilestone"
  | "reclaimMilestoneAgreed";

/** Transition from one state to another. */
export type EscrowTransition = readonly [
  from: MilestoneStateName,
  by: EscrowAction,
  to: MilestoneStateName,
];

/**
 * Every transition that an instruction causes: the program's table (`docs/escrow.md`). `disputed` also becomes `mediation`
 * by time alone, see `milestoneStateAt`.
 */
export const ESCROW_TRANSITIONS: readonly EscrowTransition[] = [
  ["unfunded", "fundMilestones", "funded"],
  ["funded", "submitMilestone", "submitted"],
  ["funded", "approveMilestone", "released"],
  ["funded", "executePayment", "released"],
  ["funded", "settleMilestone", "resolved"],
  ["funded", "reclaimMilestone", "refunded"],
  ["funded", "reclaimMilestoneAgreed", "refunded"],
  ["submitted", "approveMilestone", "released"],
  ["submitted", "executePayment", "released"],
  ["submitted", "disputeMilestone", "disputed"],
  ["submitted", "settleMilestone", "resolved"],
  ["submitted", "reclaimMilestoneAgreed", "refunded"],
  ["disputed", "submitMilestone", "submitted"],
  ["disputed", "withdrawDispute", "submitted"],
  ["disputed", "requestMediation", "mediation"],
  ["disputed", "settleMilestone", "resolved"],
  ["disputed", "reclaimMilestoneAgreed", "refunded"],
  ["mediation", "resolveDispute", "resolved"],
  ["mediation", "expireMediation", "resolved"],
  ["mediation", "settleMilestone", "resolved"],
  ["mediation", "reclaimMilestoneAgreed", "refunded"],
];

/** State that an action leads to, or the error that the program would return. */
export type ActionVerdict =
  | {
      /** State that the action leads to. */
      next: MilestoneStateName;
      /** Null: the action is possible. */
      error: null;
    }
  | {
      /** Null: the action is not possible. */
      next: null;
      /** Name of the error that the program would return. */
      error: MilestoneErrorName;
    };

/**
 * Returns the state that `action` leads to from `from`, or the error that says why it is not possible. Does not check time,
 * acceptance and signers, see `decideAction`.
 * @example
 * nextState("submitted", "disputeMilestone"); // { next: "disputed", error: null }
 * nextState("disputed", "approveMilestone"); // { next: null, error: "MilestoneInDispute" }
 */
export function nextState(from: MilestoneStateName, action: EscrowAction): ActionVerdict {
  const way = ESCROW_TRANSITIONS.find(([state, by]) => state === from && by === action);
  return way ? { next: way[2], error: null } : { next: null, error: refusal(from, action) };
}

const NEEDS_DISPUTE: readonly EscrowAction[] = [
  "withdrawDispute",
  "requestMediation",
  "resolveDispute",
  "expireMediation",
];

/** Returns the error for an action that is not possible from the state. */
function refusal(from: MilestoneStateName, action: EscrowAction): MilestoneErrorName {
  if (from === "released" || from === "resolved" || from === "refunded") {
    return "MilestoneAlreadyReleased";
  }
  if (from === "unfunded") return "MilestoneNotFunded";
  if (action === "fundMilestones") return "MilestoneAlreadyFunded";
  if (from === "mediation") return "MilestoneInMediation";
  if (from === "disputed") {
    const isMediators = action === "resolveDispute" || action === "expireMediation";
    return isMediators ? "MediationNotStarted" : "MilestoneInDispute";
  }
  if (NEEDS_DISPUTE.includes(action)) return "MilestoneNotDisputed";
  return from === "funded" ? "MilestoneNotSubmitted" : "MilestoneAlreadySubmitted";
}
