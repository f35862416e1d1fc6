/** Changes an intent's status with its event. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { ChainProof } from "../events/record";
import { requireTransition } from "../status/status-machine";
import { recordIntentEvent } from "./events";
import type { Intent } from "./intent";
import { INTENT_TRANSITIONS, type IntentStatus } from "./intent-status";
import { type IntentChange, updateIntent } from "./store";

/**
 * Moves an intent to another status, together with other fields, and records `payment_intent.status_changed`.
 * Throws `GatewayError` (`invalid_state_transition`).
 */
export async function changeStatus(
  context: GatewayContext,
  transaction: Database,
  {
    intent,
    to,
    change = {},
    chain,
  }: { intent: Intent; to: IntentStatus; change?: IntentChange; chain?: ChainProof },
): Promise<Intent> {
  requireTransition(INTENT_TRANSITIONS, "payment intent", intent.status, to);
  const changed = await updateIntent(transaction, intent, { ...change, status: to }, context.now());
  await recordIntentEvent(context, transaction, { name: "status_changed", intent: changed, chain });
  return changed;
}
