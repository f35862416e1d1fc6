/** What a timeline shows of each milestone, from a snapshot alone. */
import {
  decideNextActions,
  FUNDING_KIND_CLOSED,
  type MilestoneStateName,
  milestoneStateAt,
  type ReleaseSnapshot,
  type UpcomingChange,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { stateWords } from "../format/action-words";

/** Milestone of a timeline. */
export interface TimelineMilestone {
  /** Index of the milestone, 0 to 3. */
  index: number;
  /** Base units, before fees. */
  amount: bigint;
  /** State that a style sheet selects by: the held milestone's, or `released`, `current`, `waiting`, `closed`. */
  state: MilestoneStateName | "current" | "waiting" | "closed";
  /** Words for the state. */
  stateText: string;
  /** Unix seconds of its date; null without one. */
  date: number | null;
  /** True for the milestone whose turn it is. */
  isCurrent: boolean;
  /** Changes that the clock alone makes, for the current milestone. */
  byItself: UpcomingChange[];
}

/**
 * Returns the milestones of a policy as a timeline shows them.
 * @example
 * import { timelineMilestones, usePolicy } from "@milepost/react";
 *
 * const { data } = usePolicy(address);
 * const current = data && timelineMilestones(data.snapshot).find(({ isCurrent }) => isCurrent);
 */
export function timelineMilestones(snapshot: ReleaseSnapshot): TimelineMilestone[] {
  const { policy, escrow } = snapshot;
  const { milestoneAmounts, milestoneTimestamps, totalMilestones, currentMilestone } =
    policy.policyType.milestone;
  const isClosed = policy.fundingKind === FUNDING_KIND_CLOSED;
  const { byItself } = decideNextActions(snapshot, PublicKey.default);
  return Array.from({ length: totalMilestones }, (_none, index) => {
    const isCurrent = index === currentMilestone && !isClosed;
    const seconds = milestoneTimestamps[index]!.toNumber();
    const state = escrow
      ? milestoneStateAt(escrow.account, index, snapshot.now)
      : index < currentMilestone
        ? "released"
        : isClosed
          ? "closed"
          : isCurrent
            ? "current"
            : "waiting";
    return {
      index,
      amount: BigInt(milestoneAmounts[index]!.toString()),
      state,
      stateText: textOf(state),
      date: seconds > 0 ? seconds : null,
      isCurrent,
      byItself: isCurrent ? byItself : [],
    };
  });
}

function textOf(state: TimelineMilestone["state"]): string {
  if (state === "current") return "Next to be paid";
  if (state === "waiting") return "Waiting for earlier milestones";
  return state === "closed" ? "Ended with the closed escrow" : stateWords(state);
}
