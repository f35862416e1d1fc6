/** What an event of a shipment unlocks. Each intent's event settles once, however often it is told. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import type { EventType } from "../event-types";
import { nextId, type Owner } from "../owner";
import { lockIntentsOf, type PaymentIntent } from "../payment-intents/store";
import { DELAY_SECS, releaseOf } from "../risk";
import { type Item, listItems } from "../schedules/store";
import { fromSeconds } from "../wire";
import { recordSettlementEvent } from "./events";
import { finishIntent } from "./finish-intent";
import { enqueueRelease } from "./release";
import { listSettlements, saveSettlement, type Settlement } from "./store";

/** An event as ChainPay takes it. */
export interface ReceivedEvent {
  eventType: EventType;
  occurredAt: Date;
  /** Id of ChainFreight's event; null where the caller named none. */
  id: bigint | null;
}

/** Number of settlements that an event led to. */
export interface Received {
  created: number;
  /** Number of settlements that were there already. */
  repeated: number;
}

/**
 * Settles what an event of a shipment unlocks: only intents of that shipment's token, and of those only the items that name
 * the event. `time` is the chain's.
 */
export async function receiveEvent(
  context: GatewayContext,
  transaction: Database,
  input: { owner: Owner; shipmentId: bigint; event: ReceivedEvent; time: bigint },
): Promise<Received> {
  const { owner, shipmentId, event, time } = input;
  const received: Received = { created: 0, repeated: 0 };
  // The lock: a schedule that is built meanwhile sees the event, or is seen by it.
  for (const intent of await lockIntentsOf(transaction, owner, shipmentId)) {
    const outcome = await settleEvent(context, transaction, { owner, intent, event, time });
    if (outcome === "created") received.created += 1;
    if (outcome === "repeated") received.repeated += 1;
  }
  return received;
}

/** Settles an event of one intent, which the caller has locked. */
export async function settleEvent(
  context: GatewayContext,
  transaction: Database,
  input: { owner: Owner; intent: PaymentIntent; event: ReceivedEvent; time: bigint },
): Promise<"created" | "repeated" | "not scheduled"> {
  const { owner, intent, event, time } = input;
  if (intent.status === "cancelled") return "not scheduled";
  const items = await listItems(transaction, owner, intent.id);
  const item = items.find(({ eventType }) => eventType === event.eventType);
  if (!item) return "not scheduled";
  const settlements = await listSettlements(transaction, owner, intent.id);
  if (settlements.some(({ eventType }) => eventType === event.eventType)) return "repeated";
  const settlement = newSettlement({
    id: await nextId(transaction, owner, "settlement"),
    intent,
    item,
    event,
    time,
    now: context.now(),
  });
  await saveSettlement(transaction, owner, settlement);
  await recordSettlementEvent(context, transaction, {
    owner,
    item,
    settlement,
    name: "created",
    proof: null,
  });
  if (settlement.status === "settled") {
    await finishIntent(context, transaction, { owner, intent, time });
  } else if (settlement.waitsFor !== "approval") {
    const notBefore = settlement.releaseAt === null ? undefined : time + DELAY_SECS;
    await enqueueRelease(context, transaction, { owner, item, settlement, notBefore });
  }
  return "created";
}

function newSettlement({
  id,
  intent,
  item,
  event,
  time,
  now,
}: {
  id: bigint;
  intent: PaymentIntent;
  item: Item;
  event: ReceivedEvent;
  time: bigint;
  now: Date;
}): Settlement {
  const release = releaseOf(intent.riskTier, item.eventType);
  // Nothing to pay never goes on chain.
  const isEmpty = item.amount === 0n;
  return {
    id,
    intentId: intent.id,
    itemId: item.id,
    eventType: item.eventType,
    amount: item.amount,
    status: isEmpty ? "settled" : release === "delayed" ? "delayed" : "pending",
    waitsFor: isEmpty ? null : WAITS_FOR[release],
    shipmentEventId: event.id,
    occurredAt: event.occurredAt,
    releaseAt: !isEmpty && release === "delayed" ? fromSeconds(time + DELAY_SECS) : null,
    settledAt: isEmpty ? fromSeconds(time) : null,
    attempt: 1,
    jobId: null,
    signature: null,
    slot: null,
    paid: 0n,
    fee: 0n,
    error: null,
    createdAt: now,
    updatedAt: now,
  };
}

const WAITS_FOR = { immediate: "chain", delayed: "time", manual: "approval" } as const;
