/** What happens to an intent when a transaction can never land. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { mayFollow } from "../status/status-machine";
import { changeStatus } from "./change-status";
import { INTENT_TRANSITIONS } from "./intent-status";
import { type IntentChange, lockIntent, readIntent, updateIntent } from "./store";

/** Why an intent cannot go on by itself. */
export interface Problem {
  intentId: string;
  problem: string;
  nextAction: string;
  /** Fields that change with it, where the chain took something back. */
  change?: IntentChange;
}

/** Sets REQUIRES_ACTION with the reason; an intent that has ended stays as it is. */
export async function requireAction(
  context: GatewayContext,
  transaction: Database,
  { intentId, problem, nextAction, change: more }: Problem,
): Promise<void> {
  await lockIntent(transaction, intentId);
  const intent = await readIntent(transaction, intentId);
  // Only the chain that takes a refund back leads out of CANCELED.
  if (!intent || (intent.status === "CANCELED" && !more)) return;
  const change = { ...more, problem, nextAction };
  if (intent.status === "REQUIRES_ACTION") {
    await updateIntent(transaction, intent, change, context.now());
  } else if (mayFollow(INTENT_TRANSITIONS, intent.status, "REQUIRES_ACTION")) {
    await changeStatus(context, transaction, { intent, to: "REQUIRES_ACTION", change });
  }
}
