/** Events of an escrow order, each with the whole object. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { readNewestDispute } from "../disputes/store";
import { type ChainProof, recordEvent } from "../events/record";
import type { Intent } from "../intents/intent";
import { listMilestones } from "../milestones/store";
import { showOrder } from "./show";
import { readOrder } from "./store";

/** Records an event with the order as it is now. */
export async function recordOrderEvent(
  context: GatewayContext,
  transaction: Database,
  {
    type,
    intent,
    chain,
  }: {
    type: "escrow_order.created" | "escrow_order.status_changed" | "time_lock.released";
    intent: Intent;
    chain: ChainProof | null;
  },
): Promise<void> {
  const order = await readOrder(transaction, intent.id);
  if (!order) return;
  const milestones = await listMilestones(transaction, intent.id);
  const dispute = await readNewestDispute(transaction, intent.id);
  await recordEvent(
    transaction,
    {
      accountId: intent.accountId,
      mode: intent.mode,
      type,
      objectId: order.id,
      data: showOrder({ intent, order, milestones, dispute }),
      ...(chain ? { chain } : {}),
    },
    context.now(),
  );
}
