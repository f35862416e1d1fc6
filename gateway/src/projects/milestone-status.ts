/** Rule of a milestone's status: what the chain says, at the chain's time. */
import { placeOf } from "../chain/parts";
import type { PolicyMilestone, PolicyState } from "../chain/policy-state";
import type { MilestoneStatus } from "./schema";
import type { ProjectPolicy, ProjectStatus } from "./rows";

/** What the status of a milestone depends on. */
export interface StatusSource {
  status: ProjectStatus;
  policies: readonly ProjectPolicy[];
}

/** Statuses that never change again. */
export const FINAL_STATUSES: readonly MilestoneStatus[] = [
  "completed",
  "resolved",
  "refunded",
  "canceled",
];

/** A milestone on chain. */
export interface MilestonePlace {
  policy: ProjectPolicy;
  /** State with mediation that has begun by itself. */
  milestone: PolicyMilestone;
}

/** Returns where a milestone lies on chain, or null while its part has no policy. */
export function placeOnChain(
  { policies }: Pick<StatusSource, "policies">,
  milestoneIndex: number,
  now: bigint,
): MilestonePlace | null {
  const { part, index } = placeOf(milestoneIndex);
  const policy = policies.find((each) => each.part === part);
  if (!policy) return null;
  const milestone = policy.state.milestones[index]!;
  const state = stateAt(policy.state, milestone, now);
  return { policy, milestone: { ...milestone, state } };
}

/** Returns the state at `now`: a dispute is in mediation from `mediationAt` on, without a call. */
function stateAt(
  { escrow }: PolicyState,
  { state }: PolicyMilestone,
  now: bigint,
): PolicyMilestone["state"] {
  const startsAt = escrow?.mediationAt ?? null;
  return state === "disputed" && startsAt !== null && now >= startsAt ? "mediation" : state;
}

/** Returns the status of the milestone at `index`. */
export function milestoneStatus(source: StatusSource, index: number, now: bigint): MilestoneStatus {
  if (source.status === "draft") return "draft";
  const place = placeOnChain(source, index, now);
  const open: MilestoneStatus = source.status === "canceled" ? "canceled" : "unfunded";
  if (!place) return open;
  const { policy, milestone } = place;
  switch (milestone.state) {
    case "unfunded":
      return policy.closed_at === null ? open : "canceled";
    case "funded":
      if (policy.closed_at !== null) return "canceled";
      return policy.state.escrow?.acceptedAt ? "funded" : "awaiting_acceptance";
    case "submitted":
      return "pending_verification";
    case "disputed":
      return "disputed";
    case "mediation":
      return "in_mediation";
    case "released":
      return "completed";
    case "resolved":
      return "resolved";
    case "refunded":
      return "refunded";
  }
}

/** Returns the index of the milestone whose turn it is: the first that has not ended; null for none. */
export function activeIndex(
  source: StatusSource & { milestones: readonly unknown[] },
  now: bigint,
): number | null {
  if (source.status !== "active") return null;
  const statuses = source.milestones.map((_, index) => milestoneStatus(source, index, now));
  const index = statuses.findIndex((status) => !FINAL_STATUSES.includes(status));
  return index === -1 ? null : index;
}
