/** Cancels an intent before money is in. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { recordOrderEvent } from "../escrow-orders/events";
import { readOrder, updateOrder } from "../escrow-orders/store";
import { changeStatus } from "./change-status";
import type { Intent } from "./intent";
import { listParts } from "./parts-store";

/**
 * Cancels an intent that no transaction can fund any more; canceling twice changes nothing.
 * Throws `GatewayError` (`invalid_status`) once money is in, or on its way.
 */
export async function cancelIntent(
  context: GatewayContext,
  transaction: Database,
  intent: Intent,
): Promise<Intent> {
  if (intent.status === "CANCELED") return intent;
  const parts = await listParts(transaction, intent.id);
  const isMoving = parts.some(({ policy, jobId }) => policy !== null || jobId !== null);
  if (isMoving || ["SUCCEEDED", "SETTLED", "FINAL"].includes(intent.status)) {
    throw new GatewayError(
      "invalid_status",
      `Cannot cancel payment intent in status: ${intent.status}. The payment is in escrow or on its way; ` +
        "the payer gets it back by an agreed refund, a dispute, or after the delivery period.",
    );
  }
  const canceled = await changeStatus(context, transaction, {
    intent,
    to: "CANCELED",
    change: { nextAction: null },
  });
  const order = await readOrder(transaction, intent.id);
  if (order) {
    const change = { orderStatus: "CANCELLED", settlementStatus: "CANCELLED" } as const;
    await updateOrder(transaction, order, change, context.now());
    const type = "escrow_order.status_changed" as const;
    await recordOrderEvent(context, transaction, { type, intent: canceled, chain: null });
  }
  return canceled;
}
