/** Moves an order forward: SHIPPED, DELIVERED. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Intent } from "../intents/intent";
import { requireTransition } from "../status/status-machine";
import { recordOrderEvent } from "./events";
import type { EscrowOrder } from "./order";
import { ORDER_TRANSITIONS } from "./order-status";
import { releaseWhenDue } from "./release-when-due";
import { readOrder, updateOrder } from "./store";

/** Input of `moveOrder`. */
export interface OrderMove {
  intent: Intent;
  order: EscrowOrder;
  to: "SHIPPED" | "DELIVERED";
  /** True where the key may release money. */
  mayRelease: boolean;
}

/**
 * Sets the order's status. The same one again asks for a time-locked payment that failed or was not asked for, and changes nothing
 * else.
 * Throws `GatewayError`: `invalid_status` before the money is locked or while a dispute is open, `invalid_state_transition`.
 */
export async function moveOrder(
  context: GatewayContext,
  transaction: Database,
  { intent, order, to, mayRelease }: OrderMove,
): Promise<EscrowOrder> {
  if (order.orderStatus === to) {
    // Asks for a time-locked payment that the chain refused, or that the key before was not allowed to ask for.
    await releaseWhenDue(context, transaction, intent, { order, mayRelease });
    return order;
  }
  if (order.orderStatus === "PENDING" || order.orderStatus === "DISPUTED") {
    throw new GatewayError(
      "invalid_status",
      `Cannot set the order to ${to}: order status is ${order.orderStatus}. ` +
        (order.orderStatus === "PENDING"
          ? "Confirm the payment first; the order is CREATED once its money is locked."
          : "Resolve or withdraw the dispute first."),
    );
  }
  requireTransition(ORDER_TRANSITIONS, "order", order.orderStatus, to);
  const moved = await updateOrder(transaction, order, { orderStatus: to }, context.now());
  await recordOrderEvent(context, transaction, {
    type: "escrow_order.status_changed",
    intent,
    chain: null,
  });
  await releaseWhenDue(context, transaction, intent, { order: moved, mayRelease });
  return (await readOrder(transaction, intent.id))!;
}
