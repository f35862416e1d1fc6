import type BN from "bn.js";
import type { Escrow, MilestoneState, MilestoneStateName, PaymentPolicy } from "../types";

/**
 * Returns the name in Anchor's shape of the enum.
 * @example
 * milestoneStateName({ funded: {} }); // "funded"
 */
export function milestoneStateName(state: MilestoneState): MilestoneStateName {
  return Object.keys(state)[0] as MilestoneStateName;
}

/**
 * Returns the state of the milestone at `index` at `now` (Unix seconds): a dispute is in mediation from `mediationAt` on,
 * also without a request.
 * @example
 * milestoneStateAt(escrow, policy.policyType.milestone.currentMilestone, await getChainTime(context));
 */
export function milestoneStateAt(escrow: Escrow, index: number, now: BN): MilestoneStateName {
  const name = milestoneStateName(escrow.milestones[index]!.state);
  return name === "disputed" && now.gte(escrow.mediationAt) ? "mediation" : name;
}

/**
 * Returns the index of the first unfunded milestone from the current one on; `totalMilestones` when all are funded.
 * @example
 * firstUnfunded(policy, escrow); // 1 when only the first is in the vault
 */
export function firstUnfunded(policy: PaymentPolicy, escrow: Escrow): number {
  const { currentMilestone, totalMilestones } = policy.policyType.milestone;
  let index = currentMilestone;
  while (
    index < totalMilestones &&
    milestoneStateName(escrow.milestones[index]!.state) !== "unfunded"
  ) {
    index += 1;
  }
  return index;
}
