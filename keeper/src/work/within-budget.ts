/** What the budget of rents does not allow is put off, before anything is signed for it. */
import { backOff } from "../store/policies";
import { RENT_BUDGET_SPENT } from "./rent-budget";
import type { Ready, Shipping } from "./ship";

/** A crowd has its turn behind the others, and whoever fails of it later is not left alone for hours: 8 minutes at most. */
const MOST_ATTEMPTS = 4;

/** Those that need no accounts, or whose accounts are within the budget. */
export async function withinBudget(
  shipping: Pick<Shipping, "settings" | "rent" | "ended">,
  items: readonly Ready[],
): Promise<readonly Ready[]> {
  if (!shipping.rent) return items;
  const { allowed, refused } = await shipping.rent.divide(items);
  const { database, events, random } = shipping.settings;
  for (const item of refused) {
    events.failed(item.member, { kind: "retryable", reason: RENT_BUDGET_SPENT });
    // However often: by then the budget has moved on, or somebody has created the accounts.
    const seconds = 300 * (1 + random());
    await backOff(database, item.member, seconds, RENT_BUDGET_SPENT, MOST_ATTEMPTS);
  }
  await shipping.ended(refused);
  return allowed;
}
