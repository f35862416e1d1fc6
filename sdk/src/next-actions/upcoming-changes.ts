/** Lists what happens to a policy's current milestone by the clock alone, if no party acts. */
import type BN from "bn.js";
import { FUNDING_KIND_DELEGATED } from "../protocol";
import type { ReleaseSnapshot } from "../release/snapshot";
import {
  bindingDate,
  deliveryOverdueAt,
  disputeClosesAt,
  mediationExpiresAt,
  silentApprovalAt,
} from "../rules/escrow-timing";
import { milestoneStateName } from "../rules/milestone-state";
import { divideMilestone, type MilestonePayout, timeoutShare } from "../rules/payout";
import { requiredRole } from "../rules/release-condition";
import type { Escrow, PaymentPolicy } from "../types";

/**
 * Kind of an `UpcomingChange`. `due`: a release is possible. `deliveryOverdue`: the owner may reclaim.
 * `disputeWindowCloses`: the owner can no longer dispute. `silentApproval`: anyone may release. `mediationStarts`:
 * the mediator may divide. `mediationExpires`: the mediator no longer may, and anyone may pay the agreed split.
 */
export type UpcomingChangeName =
  | "due"
  | "deliveryOverdue"
  | "disputeWindowCloses"
  | "silentApproval"
  | "mediationStarts"
  | "mediationExpires";

/** Change that happens when the chain's clock reaches a second. */
export interface UpcomingChange {
  /** Kind of change, such as `silentApproval`. */
  change: UpcomingChangeName;
  /** Index of the milestone that changes: the current one. */
  milestoneIndex: number;
  /** Time of the change: the first Unix second after it. */
  at: BN;
  /** Message for people. */
  message: string;
  /** Agreed split that anyone may pay from then on, for `mediationExpires`; otherwise null. */
  payout: MilestonePayout | null;
}

/**
 * Returns what the clock alone changes after `now`, in order.
 * @example
 * upcomingChanges(snapshot, now)[0]; // { change: "disputeWindowCloses", at, ... }
 */
export function upcomingChanges(snapshot: ReleaseSnapshot, now: BN): UpcomingChange[] {
  return changes(snapshot)
    .filter(({ at }) => at.gt(now))
    .sort((a, b) => a.at.cmp(b.at));
}

function changes(snapshot: ReleaseSnapshot): UpcomingChange[] {
  const { policy, escrow: held } = snapshot;
  if (!held) return isReleasable(policy) ? dueChanges(policy) : [];
  const escrow = held.account;
  if (escrow.acceptedAt.isZero()) return [];
  const index = policy.policyType.milestone.currentMilestone;
  switch (milestoneStateName(escrow.milestones[index]!.state)) {
    case "funded":
      return [...dueChanges(policy), deliveryChange(policy, escrow)];
    case "submitted":
      return [...dueChanges(policy), ...reviewChanges(policy, escrow)];
    case "disputed":
      return [mediationChange(policy, escrow), expiryChange(policy, escrow)];
    case "mediation":
      return [expiryChange(policy, escrow)];
    default:
      return [];
  }
}

function change(
  { policyType }: PaymentPolicy,
  name: UpcomingChangeName,
  at: BN,
  message: string,
  payout: MilestonePayout | null = null,
): UpcomingChange {
  const milestoneIndex = policyType.milestone.currentMilestone;
  return { change: name, milestoneIndex, at, message, payout };
}

function dueChanges(policy: PaymentPolicy): UpcomingChange[] {
  const { milestone } = policy.policyType;
  const role = requiredRole(milestone.releaseCondition);
  const dueAt = bindingDate(milestone, milestone.currentMilestone);
  const who = role ? `the ${role}` : "anyone";
  return dueAt ? [change(policy, "due", dueAt, `${who} may release it`)] : [];
}

function deliveryChange(policy: PaymentPolicy, escrow: Escrow): UpcomingChange {
  const { milestone } = policy.policyType;
  return change(
    policy,
    "deliveryOverdue",
    deliveryOverdueAt(milestone, escrow, milestone.currentMilestone),
    "the owner may reclaim it while it is not submitted",
  );
}

function reviewChanges(policy: PaymentPolicy, escrow: Escrow): UpcomingChange[] {
  const { milestone } = policy.policyType;
  const index = milestone.currentMilestone;
  const windowCloses = change(
    policy,
    "disputeWindowCloses",
    disputeClosesAt(escrow, index),
    "the owner can no longer dispute it",
  );
  // Without a required signature, silence changes nothing.
  if (!requiredRole(milestone.releaseCondition)) return [windowCloses];
  const approval = change(
    policy,
    "silentApproval",
    silentApprovalAt(milestone, escrow, index),
    "the owner's silence counts as approval, and anyone may release it",
  );
  return [windowCloses, approval];
}

function mediationChange(policy: PaymentPolicy, escrow: Escrow): UpcomingChange {
  return change(
    policy,
    "mediationStarts",
    escrow.mediationAt,
    "it is in mediation, without a call: the mediator may divide it",
  );
}

function expiryChange(policy: PaymentPolicy, escrow: Escrow): UpcomingChange {
  return change(
    policy,
    "mediationExpires",
    mediationExpiresAt(escrow),
    "the mediator can no longer divide it, and anyone may pay out the agreed split",
    agreedSplit(policy, escrow),
  );
}

/** Returns false while a delegated policy is paused: its due date then changes nothing. */
function isReleasable({ fundingKind, status }: PaymentPolicy): boolean {
  return fundingKind === FUNDING_KIND_DELEGATED && "active" in status;
}

function agreedSplit(policy: PaymentPolicy, escrow: Escrow): MilestonePayout {
  const milestone = policy.policyType.milestone;
  const { timeoutRecipientBps, platformFeeBps } = escrow;
  const amount = milestone.milestoneAmounts[milestone.currentMilestone]!;
  const { gatewayFeeBps, protocolFeeBps } = policy;
  return divideMilestone(amount, timeoutShare(amount, timeoutRecipientBps), {
    gatewayFeeBps,
    protocolFeeBps,
    platformFeeBps,
  });
}
