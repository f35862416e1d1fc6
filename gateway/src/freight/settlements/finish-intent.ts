/** Ends a payment once every item above zero is paid to the carrier or back with the payer. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import type { Owner } from "../owner";
import { addLog } from "../payment-intents/logs";
import { type PaymentIntent, readIntent, saveIntent } from "../payment-intents/store";
import { type Item, listItems } from "../schedules/store";
import { setTokenStatus } from "../tokens/store";
import { fromSeconds } from "../wire";
import { listSettlements, type Settlement } from "./store";

/** Returns the items above zero that are neither settled nor returned to the payer. */
export function openItems(items: readonly Item[], settlements: readonly Settlement[]): Item[] {
  const settled = settlements.filter(({ status }) => status === "settled");
  return items.filter(
    ({ id, amount, funding }) =>
      amount > 0n && funding !== "returned" && !settled.some(({ itemId }) => itemId === id),
  );
}

/**
 * Marks the intent as settled and its token as redeemed, if nothing is open. An intent of which everything went back is
 * cancelled, and its token can be used again. `time` is the chain's.
 */
export async function finishIntent(
  { now }: GatewayContext,
  transaction: Database,
  { owner, intent, time }: { owner: Owner; intent: PaymentIntent; time: bigint },
): Promise<void> {
  const items = await listItems(transaction, owner, intent.id);
  const settlements = await listSettlements(transaction, owner, intent.id);
  if (intent.status === "settled" || openItems(items, settlements).length > 0) return;
  const at = now();
  const isReturned = items.every(({ amount, funding }) => amount === 0n || funding === "returned");
  if (isReturned) {
    if (intent.status === "cancelled") return;
    await saveIntent(transaction, owner, { ...intent, status: "cancelled", updatedAt: at });
    await setTokenStatus(transaction, owner, {
      id: intent.freightTokenId,
      status: "active",
      now: at,
    });
    return;
  }
  await saveIntent(transaction, owner, {
    ...intent,
    status: "settled",
    settlementCompletedAt: fromSeconds(time),
    updatedAt: at,
  });
  await setTokenStatus(transaction, owner, {
    id: intent.freightTokenId,
    status: "redeemed",
    now: at,
  });
  await addLog(transaction, owner, {
    intentId: intent.id,
    action: "settled",
    reason: "Payment settlement completed and funds transferred",
    triggeredBy: "system",
    createdAt: at,
  });
}

/** Takes back that an intent is settled, because the chain took one of its payments back. */
export async function reopenIntent(
  { now }: GatewayContext,
  transaction: Database,
  { owner, intentId }: { owner: Owner; intentId: bigint },
): Promise<void> {
  const intent = await readIntent(transaction, owner, intentId);
  if (intent?.status !== "settled") return;
  const at = now();
  await saveIntent(transaction, owner, {
    ...intent,
    status: "approved",
    settlementCompletedAt: null,
    updatedAt: at,
  });
  const { freightTokenId: id } = intent;
  await setTokenStatus(transaction, owner, { id, status: "locked", now: at });
  await addLog(transaction, owner, {
    intentId,
    action: "reverted",
    reason: "The chain rolled back a payment before it was final; the gateway sends it again",
    triggeredBy: "system",
    createdAt: at,
  });
}
