/** The state of a policy in one or two words. */
import {
  FUNDING_KIND_CLOSED,
  FUNDING_KIND_HELD,
  milestoneStateAt,
  type ReleaseSnapshot,
} from "@milepost/sdk";

/** Words and their weight. */
export interface PolicyStatus {
  text: string;
  kind: "neutral" | "good" | "warn" | "bad";
}

/** Returns the state of the policy's current milestone, or how the policy ended. */
export function statusOf({ policy, escrow, config, now }: ReleaseSnapshot): PolicyStatus {
  const { currentMilestone, totalMilestones } = policy.policyType.milestone;
  if (currentMilestone >= totalMilestones) return { text: "Completed", kind: "good" };
  if (policy.fundingKind === FUNDING_KIND_CLOSED) return { text: "Closed", kind: "neutral" };
  if (policy.fundingKind !== FUNDING_KIND_HELD || !escrow) {
    if ("paused" in policy.status) return { text: "Paused", kind: "warn" };
    if (config.isPaused) return { text: "Program paused", kind: "warn" };
    return { text: "Active, without a vault", kind: "neutral" };
  }
  if (escrow.account.acceptedAt.isZero()) return { text: "Not accepted yet", kind: "warn" };
  switch (milestoneStateAt(escrow.account, currentMilestone, now)) {
    case "unfunded":
      return { text: "Not funded", kind: "warn" };
    case "submitted":
      return { text: "Under review", kind: "neutral" };
    case "disputed":
      return { text: "Disputed", kind: "bad" };
    case "mediation":
      return { text: "In mediation", kind: "bad" };
    default:
      return { text: "Funded", kind: "good" };
  }
}
