/** Builds a payment's schedule by its risk tier, and has each item above zero funded. */
import type { Database } from "@milepost/database";
import { chainOf, type GatewayContext } from "../../context";
import { GatewayError } from "../../errors/gateway-error";
import { newId } from "../../ids/ids";
import { splitByWeights } from "../../money/split";
import { nextId, notFound, type Owner } from "../owner";
import { addLog } from "../payment-intents/logs";
import { type PaymentIntent, readIntent } from "../payment-intents/store";
import { SCHEDULES } from "../risk";
import { settleEvent } from "../settlements/receive-event";
import { firstEvents } from "../shipment-events/store";
import { enqueueFunding } from "./fund";
import { insertSchedule, type Item, readSchedule, saveItem, type Schedule } from "./store";

/** A schedule with its items. */
export interface BuiltSchedule {
  intent: PaymentIntent;
  schedule: Schedule;
  items: Item[];
}

/**
 * Attaches a schedule to an intent. Events that the shipment has had by then are settled too.
 * Throws `GatewayError`: `resource_missing`, and `conflict` for a second schedule.
 */
export async function buildSchedule(
  context: GatewayContext,
  transaction: Database,
  owner: Owner,
  { intentId, time }: { intentId: bigint; time: bigint },
): Promise<BuiltSchedule> {
  const intent = await readIntent(transaction, owner, intentId, { isLocked: true });
  if (!intent) throw notFound("Payment intent");
  if (await readSchedule(transaction, owner, intentId)) {
    throw new GatewayError("conflict", "Payment schedule already exists for this payment intent");
  }
  requireParties(intent);
  const now = context.now();
  const schedule: Schedule = {
    id: await nextId(transaction, owner, "schedule"),
    intentId,
    riskTier: intent.riskTier,
    createdAt: now,
  };
  await insertSchedule(transaction, owner, schedule);
  const items = await addItems(context, transaction, owner, { intent, schedule });
  await addLog(transaction, owner, {
    intentId,
    action: "schedule_built",
    reason: `${items.length} items for ${intent.riskTier} risk`,
    triggeredBy: "system",
    createdAt: now,
  });
  for (const event of await firstEvents(transaction, owner, intent.shipmentId)) {
    await settleEvent(context, transaction, { owner, intent, event, time });
  }
  return { intent, schedule, items };
}

/** The wallets are fixed on chain by the first funding. */
function requireParties(intent: PaymentIntent): void {
  const absent = (["payer", "recipient", "mediator"] as const).find((party) => !intent[party]);
  if (!absent) return;
  throw new GatewayError(
    "conflict",
    `The payment intent ${intent.id} has no ${absent}. Create one with payer, recipient and mediator: three different wallets.`,
  );
}

async function addItems(
  context: GatewayContext,
  transaction: Database,
  owner: Owner,
  { intent, schedule }: { intent: PaymentIntent; schedule: Schedule },
): Promise<Item[]> {
  const parts = SCHEDULES[intent.riskTier];
  const amounts = splitByWeights(
    intent.amount,
    parts.map(({ bps }) => bps),
  );
  const chain = chainOf(context, owner.mode);
  const now = context.now();
  const items: Item[] = [];
  for (const [index, { eventType, bps }] of parts.entries()) {
    const amount = amounts[index]!;
    const item: Item = {
      id: await nextId(transaction, owner, "item"),
      objectId: newId("freightItem", now),
      scheduleId: schedule.id,
      intentId: intent.id,
      eventType,
      bps,
      order: index + 1,
      amount,
      funding: amount === 0n ? "none" : "unsigned",
      attempt: 1,
      jobId: null,
      plannedPolicy: null,
      policy: null,
      escrow: null,
      vault: null,
      signature: null,
      slot: null,
      error: null,
      createdAt: now,
    };
    await saveItem(transaction, owner, item);
    const isFundedHere = amount > 0n && chain.sandboxKey !== null;
    items.push(
      isFundedHere
        ? await enqueueFunding(context, transaction, chain, { owner, intent, item })
        : item,
    );
  }
  return items;
}

/** Begins the failed fundings of an intent again; returns the ids of their jobs. */
export async function fundAgain(
  context: GatewayContext,
  transaction: Database,
  owner: Owner,
  { intent, items }: { intent: PaymentIntent; items: readonly Item[] },
): Promise<string[]> {
  const chain = chainOf(context, owner.mode);
  const jobs: string[] = [];
  // Where wallets sign, a funding begins again with their signatures.
  if (chain.sandboxKey === null) return jobs;
  for (const item of items) {
    if (item.funding !== "failed") continue;
    const again = { ...item, attempt: item.attempt + 1 };
    const { jobId } = await enqueueFunding(context, transaction, chain, {
      owner,
      intent,
      item: again,
    });
    jobs.push(jobId!);
  }
  return jobs;
}
