/** Lists who may do what to the current milestone of a held policy, and in which seconds. */
import type BN from "bn.js";
import {
  bindingDate,
  deliveryOverdueAt,
  disputeClosesAt,
  mediationExpiresAt,
  silentApprovalAt,
} from "../rules/escrow-timing";
import { milestoneStateName } from "../rules/milestone-state";
import { requiredRole, type SignerRole } from "../rules/release-condition";
import type { EscrowAction } from "../rules/transitions";
import type { Escrow, Milestone } from "../types";

/** Role that acts. `gateway` is the gateway's signer; `anyone` needs no role. */
export type PartyRole = SignerRole | "mediator" | "anyone";

/** Period in which something is possible, in Unix seconds: from its first second to the first one after it. */
export interface ActionWindow {
  /** First Unix second in which it is possible; null when it is possible at once. */
  from: BN | null;
  /** First Unix second in which it is no longer possible; null when it stays possible. */
  until: BN | null;
}

/** Action that is possible on a milestone within a period. */
export interface MilestoneWay extends ActionWindow {
  action: EscrowAction;
  /** Roles of which one signs, or all when `isJoint`. */
  roles: readonly PartyRole[];
  isJoint: boolean;
}

/**
 * Returns the ways out of the stored state of an accepted escrow's current milestone, each with the period in which it is
 * open while no party acts. Funding is not included, as it is possible in advance: see `policyWays`.
 * @example
 * milestoneWays(policy.policyType.milestone, escrow).filter(({ action }) => action === "disputeMilestone");
 */
export function milestoneWays(milestone: Milestone, escrow: Escrow): MilestoneWay[] {
  const index = milestone.currentMilestone;
  const dueAt = bindingDate(milestone, index);
  const bitmapRole = requiredRole(milestone.releaseCondition) ?? "anyone";
  const { mediationAt } = escrow;
  const released = [
    way("approveMilestone", "owner", dueAt),
    way("executePayment", bitmapRole, dueAt),
  ];
  switch (milestoneStateName(escrow.milestones[index]!.state)) {
    case "funded":
      return [
        way("submitMilestone", "recipient"),
        ...released,
        way("reclaimMilestone", "owner", deliveryOverdueAt(milestone, escrow, index)),
        ...BY_AGREEMENT,
      ];
    case "submitted":
      return [
        ...released,
        way("executePayment", "anyone", silentApprovalAt(milestone, escrow, index)),
        way("disputeMilestone", "owner", null, disputeClosesAt(escrow, index)),
        ...BY_AGREEMENT,
      ];
    case "disputed":
      return [
        way("submitMilestone", "recipient", null, mediationAt),
        way("withdrawDispute", "owner", null, mediationAt),
        { ...way("requestMediation", "owner", null, mediationAt), roles: ["owner", "recipient"] },
        ...mediationWays(escrow, mediationAt),
      ];
    case "mediation":
      return mediationWays(escrow, null);
    default:
      return [];
  }
}

function mediationWays(escrow: Escrow, from: BN | null): MilestoneWay[] {
  const expiresAt = mediationExpiresAt(escrow);
  return [
    way("resolveDispute", "mediator", from, expiresAt),
    way("expireMediation", "anyone", expiresAt),
    ...BY_AGREEMENT,
  ];
}

function way(
  action: EscrowAction,
  role: PartyRole,
  from: BN | null = null,
  until: BN | null = null,
): MilestoneWay {
  return { action, roles: [role], isJoint: false, from, until };
}

/** Ways that both parties have together, from every state with money in it. */
const BY_AGREEMENT: readonly MilestoneWay[] = (
  ["settleMilestone", "reclaimMilestoneAgreed"] as const
).map((action) => ({
  action,
  roles: ["owner", "recipient"],
  isJoint: true,
  from: null,
  until: null,
}));
