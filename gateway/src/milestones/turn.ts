/** Tells whose turn it is: an intent's milestones end one after another, in the order of their indexes. */
import type { Database } from "@milepost/database";
import type { Milestone } from "./milestone";
import { listMilestones } from "./store";

/**
 * Returns why the milestone cannot end yet, or null when it is its turn. What waited for its turn would hold up every other
 * request about the milestone, for as long as the one before it goes on.
 * @example
 * const early = await notItsTurn(transaction, milestone);
 * if (early) throw refuse(early);
 */
export async function notItsTurn(
  transaction: Database,
  { intentId, milestoneIndex }: Pick<Milestone, "intentId" | "milestoneIndex">,
): Promise<string | null> {
  const current = (await listMilestones(transaction, intentId)).find(
    ({ status }) => status === "PENDING" || status === "COMPLETED",
  );
  if (!current || current.milestoneIndex >= milestoneIndex) return null;
  return `milestone ${current.milestoneIndex} has not ended. It comes first.`;
}
