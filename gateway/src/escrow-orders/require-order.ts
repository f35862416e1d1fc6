/** Finds the escrow order of an intent, or says why it has none. */
import type { Database } from "@milepost/database";
import { GatewayError } from "../errors/gateway-error";
import type { Intent } from "../intents/intent";
import type { EscrowOrder } from "./order";
import { readOrder } from "./store";

/**
 * Returns the order.
 * Throws `GatewayError` (`invalid_request`) for a consented pull.
 */
export async function requireOrder(
  database: Database,
  { id }: Pick<Intent, "id">,
): Promise<EscrowOrder> {
  const order = await readOrder(database, id);
  if (order) return order;
  throw new GatewayError(
    "invalid_request",
    "Payment intent is not of type DELIVERY_VS_PAYMENT: it has no escrow order.",
  );
}
