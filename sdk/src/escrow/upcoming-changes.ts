/** What happens to a policy's current milestone by the clock alone, if nobody acts. */
import type BN from "bn.js";
import { FUNDING_KIND_DELEGATED } from "../constants";
import { requiredRole } from "../release/condition";
import type { ReleaseSnapshot } from "../release/snapshot";
import type { PaymentPolicy } from "../types";
import {
  bindingDate,
  deliveryOverdueAt,
  disputeClosesAt,
  mediationExpiresAt,
  silentApprovalAt,
} from "./deadlines";
import { milestoneStateName } from "./milestone-state";
import { divideMilestone, type MilestonePayout, timeoutShare } from "./payout";

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

/** One thing that a second of the chain's clock changes. */
export interface UpcomingChange {
  /** Kind of change, such as `silentApproval`. */
  change: UpcomingChangeName;
  /** Index of the milestone that changes: the current one. */
  milestoneIndex: number;
  /** Unix seconds: the first second of what comes after it. */
  at: BN;
  /** For people. */
  message: string;
  /** Of `mediationExpires`: the agreed split, which anyone may crank from then on. */
  payout: MilestonePayout | null;
}

/**
 * What the clock alone changes after `now`, in order.
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
  const milestone = policy.policyType.milestone;
  const index = milestone.currentMilestone;
  const change = (
    name: UpcomingChangeName,
    at: BN,
    message: string,
    payout: MilestonePayout | null = null,
  ): UpcomingChange => ({ change: name, milestoneIndex: index, at, message, payout });
  const role = requiredRole(milestone.releaseCondition);
  const dueAt = bindingDate(milestone, index);
  const who = role ? `the ${role}` : "anyone";
  const due = dueAt ? [change("due", dueAt, `${who} may release it`)] : [];

  if (!held) return isReleasable(policy) ? due : [];
  const escrow = held.account;
  if (escrow.acceptedAt.isZero()) return [];
  const expiry = () =>
    change(
      "mediationExpires",
      mediationExpiresAt(escrow),
      "the mediator can no longer divide it, and anyone may crank the agreed split",
      agreedSplit(snapshot),
    );
  switch (milestoneStateName(escrow.milestones[index]!.state)) {
    case "funded":
      return [
        ...due,
        change(
          "deliveryOverdue",
          deliveryOverdueAt(milestone, escrow, index),
          "the owner may reclaim it while it is not submitted",
        ),
      ];
    case "submitted":
      return [
        ...due,
        change(
          "disputeWindowCloses",
          disputeClosesAt(escrow, index),
          "the owner can no longer dispute it",
        ),
        // Where no signature is needed, silence adds nothing.
        ...(role
          ? [
              change(
                "silentApproval",
                silentApprovalAt(milestone, escrow, index),
                "the owner's silence counts as approval, and anyone may release it",
              ),
            ]
          : []),
      ];
    case "disputed":
      return [
        change(
          "mediationStarts",
          escrow.mediationAt,
          "it is in mediation, without a call: the mediator may divide it",
        ),
        expiry(),
      ];
    case "mediation":
      return [expiry()];
    default:
      return [];
  }
}

/** A due date opens nothing while a delegated policy is paused. */
function isReleasable({ fundingKind, status }: PaymentPolicy): boolean {
  return fundingKind === FUNDING_KIND_DELEGATED && "active" in status;
}

function agreedSplit({ policy, escrow }: ReleaseSnapshot): MilestonePayout {
  const milestone = policy.policyType.milestone;
  const { timeoutRecipientBps, platformFeeBps } = escrow!.account;
  const amount = milestone.milestoneAmounts[milestone.currentMilestone]!;
  const { gatewayFeeBps, protocolFeeBps } = policy;
  return divideMilestone(amount, timeoutShare(amount, timeoutRecipientBps), {
    gatewayFeeBps,
    protocolFeeBps,
    platformFeeBps,
  });
}
