/** Writes down how an item ended on chain: paid to the carrier, or returned to the payer. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import type { Sighting } from "../../policies/see-policy";
import type { Owner } from "../owner";
import { addLog } from "../payment-intents/logs";
import { readIntent } from "../payment-intents/store";
import { type Item, readItem, saveItem } from "../schedules/store";
import { fromSeconds } from "../wire";
import { recordSettlementEvent } from "./events";
import { finishIntent } from "./finish-intent";
import { feesOf, recordEnded } from "./record-money";
import { listSettlements, saveSettlement, type Settlement } from "./store";

/** Input of `endItem`. */
export interface ItemEnd {
  owner: Owner;
  item: Item;
  sighting: Sighting;
}

/** Writes ledger, settlement, item and event. The caller has locked the intent; a second call changes nothing. */
export async function endItem(
  context: GatewayContext,
  transaction: Database,
  { owner, item: { id }, sighting }: ItemEnd,
): Promise<void> {
  const item = (await readItem(transaction, owner, id, { isLocked: true }))!;
  const intent = (await readIntent(transaction, owner, item.intentId))!;
  const { state, proof } = sighting;
  const milestone = state.milestones[0]!;
  await recordEnded(context, transaction, { owner, intent, item, sighting });
  const isReturned = milestone.refunded > 0n;
  if (isReturned && item.funding !== "returned") {
    await saveItem(transaction, owner, { ...item, funding: "returned" });
    await addLog(transaction, owner, {
      intentId: intent.id,
      action: "returned",
      reason: `The money of ${item.eventType} was returned to the payer on chain`,
      triggeredBy: "system",
      createdAt: context.now(),
    });
  }
  const settlements = await listSettlements(transaction, owner, intent.id);
  const settlement = settlements.find(({ itemId }) => itemId === item.id);
  const isOpen = settlement && !["settled", "cancelled"].includes(settlement.status);
  if (isOpen) {
    const ended: Settlement = {
      ...settlement,
      status: isReturned ? "cancelled" : "settled",
      waitsFor: null,
      settledAt: isReturned ? null : fromSeconds(state.updatedAt),
      signature: proof?.signature ?? null,
      slot: proof?.slot ?? null,
      paid: milestone.paid,
      fee: feesOf(milestone.paid, state),
      error: isReturned ? "The item's money was returned to the payer on chain." : null,
      updatedAt: context.now(),
    };
    await saveSettlement(transaction, owner, ended);
    const name = isReturned ? "cancelled" : "settled";
    const event = { owner, item, settlement: ended, proof };
    await recordSettlementEvent(context, transaction, { ...event, name });
  }
  await finishIntent(context, transaction, { owner, intent, time: state.updatedAt });
}
