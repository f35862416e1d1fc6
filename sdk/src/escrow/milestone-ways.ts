/** Who may do what to the current milestone of a held policy, and in which seconds. */
import type BN from "bn.js";
import { requiredRole, type SignerRole } from "../release/condition";
import type { Escrow, Milestone } from "../types";
import {
  bindingDate,
  deliveryOverdueAt,
  disputeClosesAt,
  mediationExpiresAt,
  silentApprovalAt,
} from "./deadlines";
import { milestoneStateName } from "./milestone-state";
import type { EscrowAction } from "./transitions";

/** In whose name something is done. `gateway` is the gateway's signer; `anyone` needs no role. */
export type PartyRole = SignerRole | "mediator" | "anyone";

/** Unix seconds: from the first in which it is possible to the first in which it no longer is; null is without end. */
export interface ActionWindow {
  /** First Unix second in which it is possible; null when nothing has to be waited for. */
  from: BN | null;
  /** First Unix second in which it is no longer possible; null when it stays possible. */
  until: BN | null;
}

/** One thing that may be done to a milestone, if the time is right. */
export interface MilestoneWay extends ActionWindow {
  action: EscrowAction;
  /** One of these signs, or all of them where `isJoint`. */
  roles: readonly PartyRole[];
  isJoint: boolean;
}

/**
 * The ways out of the state in which the current milestone of an accepted escrow is stored, each with the seconds in
 * which it is open while nobody does anything. Funding is not among them: it goes
 * in advance as well, see `policyWays`.
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

/** From every state with money in it, both together can end it. */
const BY_AGREEMENT: readonly MilestoneWay[] = (
  ["settleMilestone", "reclaimMilestoneAgreed"] as const
).map((action) => ({
  action,
  roles: ["owner", "recipient"],
  isJoint: true,
  from: null,
  until: null,
}));
