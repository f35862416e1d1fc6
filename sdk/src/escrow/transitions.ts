import type { MilestoneErrorName } from "../errors/program";
import type { MilestoneStateName } from "../types";

/**
 * What somebody does to a held milestone, by its instruction. `reclaimMilestoneAgreed` is `reclaimMilestone` with the
 * recipient's signature beside the owner's.
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

/** One way from a state to another. */
export type EscrowTransition = readonly [
  from: MilestoneStateName,
  by: EscrowAction,
  to: MilestoneStateName,
];

/**
 * Every way from one state to another that an instruction takes: the program's table (`docs/escrow.md`). `disputed`
 * becomes `mediation` by time alone as well, see `milestoneStateAt`.
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

/** The state that an action leads to, or what the program would answer. */
export type ActionVerdict =
  | {
      /** State that the action leads to. */
      next: MilestoneStateName;
      /** Null: nothing stands against the action. */
      error: null;
    }
  | {
      /** Null: the action leads nowhere. */
      next: null;
      /** Name of the error that the program would answer. */
      error: MilestoneErrorName;
    };

/**
 * The state that `action` leads to out of `from`, or the error that says why there is no way. Time, acceptance and who
 * signs are not looked at, see `decideAction`.
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

/** What the action needs, or what stands against it. */
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
