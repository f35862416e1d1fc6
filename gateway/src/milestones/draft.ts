/** A stored milestone as the schedule's rules see it. */
import { parsePercentage } from "../money/percentage";
import type { Milestone } from "./milestone";
import type { Draft } from "./schedule";

/** Returns a stored milestone as the schedule's rules see it. */
export const toDraft = ({ milestoneIndex, amount, percentage }: Milestone): Draft => ({
  milestoneIndex,
  amount,
  percentage: percentage === null ? null : parsePercentage(Number(percentage), "percentage"),
});
