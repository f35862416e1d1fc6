/** Divides an intent's milestones among policies: the program takes up to four per policy. */
import { MAX_MILESTONES } from "@milepost/sdk";
import { GatewayError } from "../errors/gateway-error";

/** Most milestones of one intent. */
export const MAX_INTENT_MILESTONES = 20;

/** Consecutive milestones that share one policy. */
export interface Part<Milestone> {
  /** Number of the part, from 0. */
  part: number;
  /** Index within the intent of the part's first milestone. */
  first: number;
  milestones: Milestone[];
}

/**
 * Divides 1 to 20 milestones into consecutive parts of up to four.
 * Throws `GatewayError` (`invalid_request`) for another number.
 * @example
 * planParts(fiveMilestones).map(({ part, first, milestones }) => [part, first, milestones.length]); // [[0, 0, 4], [1, 4, 1]]
 */
export function planParts<Milestone>(milestones: readonly Milestone[]): Part<Milestone>[] {
  if (milestones.length < 1 || milestones.length > MAX_INTENT_MILESTONES) {
    throw new GatewayError(
      "invalid_request",
      `milestones: expected 1 to ${MAX_INTENT_MILESTONES}, received ${milestones.length}`,
      { param: "milestones" },
    );
  }
  const parts: Part<Milestone>[] = [];
  for (let first = 0; first < milestones.length; first += MAX_MILESTONES) {
    const members = milestones.slice(first, first + MAX_MILESTONES);
    parts.push({ part: parts.length, first, milestones: members });
  }
  return parts;
}

/**
 * Returns where a milestone of an intent lies on chain.
 * @example
 * placeOf(5); // { part: 1, index: 1 }
 */
export function placeOf(milestoneIndex: number): { part: number; index: number } {
  const index = milestoneIndex % MAX_MILESTONES;
  return { part: (milestoneIndex - index) / MAX_MILESTONES, index };
}
