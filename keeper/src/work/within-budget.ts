/** Postpones payments that exceed the rent budget, before anything is signed for them. */
import { backOff } from "../store/policies";
import { RENT_BUDGET_SPENT } from "./rent-budget";
import type { Ready, PassContext } from "./batch";

/**
 * Limit of the attempts that count: the payments come after the others, and their later failures wait 8 minutes at
 * most.
 */
const MOST_ATTEMPTS = 4;

/** Returns the payments that need no accounts, or whose accounts are within the budget. */
export async function withinBudget(
  pass: Pick<PassContext, "options" | "rent" | "ended">,
  items: readonly Ready[],
): Promise<readonly Ready[]> {
  if (!pass.rent) return items;
  const { allowed, refused } = await pass.rent.divide(items);
  const { database, events, random } = pass.options;
  for (const item of refused) {
    events.failed(item.member, { kind: "retryable", reason: RENT_BUDGET_SPENT });
    // The delay does not grow: by then the budget has moved on, or the accounts exist.
    const seconds = 300 * (1 + random());
    await backOff(database, item.member, seconds, RENT_BUDGET_SPENT, MOST_ATTEMPTS);
  }
  await pass.ended(refused);
  return allowed;
}
