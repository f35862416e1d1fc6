/** Events of an intent, each with the whole object. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { type ChainProof, recordEvent } from "../events/record";
import type { Intent } from "./intent";
import { showIntent } from "./show";

/** What happened to an intent. */
export type IntentEventName =
  | "created"
  | "status_changed"
  | "blockchain_tx_submitted"
  | "blockchain_tx_confirmed"
  | "settlement_initiated"
  | "settlement_completed";

/** Records `payment_intent.NAME` with the intent as it is now. */
export async function recordIntentEvent(
  context: GatewayContext,
  transaction: Database,
  { name, intent, chain }: { name: IntentEventName; intent: Intent; chain?: ChainProof },
): Promise<void> {
  await recordEvent(
    transaction,
    {
      accountId: intent.accountId,
      mode: intent.mode,
      type: `payment_intent.${name}`,
      objectId: intent.id,
      data: showIntent(context, intent),
      ...(chain ? { chain } : {}),
    },
    context.now(),
  );
}
