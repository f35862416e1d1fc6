/** States of a milestone. Finternet has the first three; the other two are how a dispute or an overdue delivery ends. */
import type { MilestoneStateName } from "@milepost/sdk";
import type { Transitions } from "../status/status-machine";

export const MILESTONE_STATUSES = [
  "PENDING",
  "COMPLETED",
  "RELEASED",
  "REFUNDED",
  "RESOLVED",
] as const;

/**
 * State of a milestone. COMPLETED: the work is declared done. RELEASED: all of it went to the payee. REFUNDED: all of it went
 * back to the payer. RESOLVED: divided between them.
 */
export type MilestoneStatus = (typeof MILESTONE_STATUSES)[number];

/** What may follow. RELEASED, REFUNDED and RESOLVED are written only with what the chain says. */
export const MILESTONE_TRANSITIONS: Transitions<MilestoneStatus> = {
  // The payer may release what nobody declared done.
  PENDING: ["COMPLETED", "RELEASED", "REFUNDED", "RESOLVED"],
  COMPLETED: ["RELEASED", "REFUNDED", "RESOLVED"],
  RELEASED: [],
  REFUNDED: [],
  RESOLVED: [],
};

/** Returns the end that the chain's state and money mean, or null while the milestone goes on. */
export function endOf(
  state: MilestoneStateName,
  { paid, refunded }: { paid: bigint; refunded: bigint },
): "RELEASED" | "REFUNDED" | "RESOLVED" | null {
  if (state === "released") return "RELEASED";
  if (state === "refunded") return "REFUNDED";
  if (state !== "resolved") return null;
  if (refunded === 0n) return "RELEASED";
  return paid === 0n ? "REFUNDED" : "RESOLVED";
}
