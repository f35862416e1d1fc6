/** Creates payment intents and decides about their settlement. */
import type { Database } from "@milepost/database";
import { chainOf, type GatewayContext } from "../../context";
import { GatewayError } from "../../errors/gateway-error";
import { requireTransition } from "../../status/status-machine";
import { nextId, notFound, type Owner } from "../owner";
import { tierOf } from "../risk";
import { listItems } from "../schedules/store";
import { recordSettlementEvent } from "../settlements/events";
import { openItems } from "../settlements/finish-intent";
import { enqueueRelease } from "../settlements/release";
import { listSettlements, type Settlement } from "../settlements/store";
import { readToken, setTokenStatus } from "../tokens/store";
import { fromSeconds, toUnits } from "../wire";
import { type Decision, decideSettlement } from "./decide-settlement";
import { addLog } from "./logs";
import { partiesOf } from "./parties";
import { PAYMENT_TRANSITIONS } from "./payment-status";
import type { CreateIntent, SettleIntent } from "./schema";
import { type PaymentIntent, readIntent, saveIntent } from "./store";

/**
 * Creates an intent on a token, which is locked by it.
 * Throws `GatewayError`: `resource_missing`, `invalid_request`.
 */
export async function createIntent(
  context: GatewayContext,
  transaction: Database,
  owner: Owner,
  body: CreateIntent,
): Promise<PaymentIntent> {
  const token = await readToken(transaction, owner, BigInt(body.freight_token_id));
  if (!token) {
    throw new GatewayError("resource_missing", `Freight token ${body.freight_token_id} not found`);
  }
  if (!["created", "active", "locked"].includes(token.status)) {
    throw new GatewayError(
      "invalid_request",
      `Token status '${token.status}' not eligible for settlement`,
    );
  }
  const currency = body.currency ?? "USD";
  if (currency !== token.currency) {
    throw new GatewayError(
      "invalid_request",
      `currency: expected ${token.currency}, the token's, received ${currency}`,
      { param: "currency" },
    );
  }
  const chain = chainOf(context, owner.mode);
  const now = context.now();
  const intent: PaymentIntent = {
    id: await nextId(transaction, owner, "intent"),
    freightTokenId: token.id,
    shipmentId: token.shipmentId,
    amount: toUnits(body.amount, "amount"),
    currency,
    description: body.description ?? null,
    riskScore: token.riskScore,
    riskCategory: token.riskCategory,
    riskTier: tierOf(token.riskScore),
    status: "pending",
    settlementApprovedAt: null,
    settlementDelayedUntil: null,
    settlementCompletedAt: null,
    settlementReason: null,
    settlementNotes: null,
    genesisHash: chain.genesisHash,
    ...partiesOf(chain, owner, body),
    createdAt: now,
    updatedAt: now,
  };
  await saveIntent(transaction, owner, intent);
  await setTokenStatus(transaction, owner, { id: token.id, status: "locked", now });
  return intent;
}

/** Returns the owner's intent, locked where it is to be changed. Throws `GatewayError` (`resource_missing`). */
export async function findIntent(
  database: Database,
  owner: Owner,
  id: bigint,
  options: { isLocked?: boolean } = {},
): Promise<PaymentIntent> {
  const found = await readIntent(database, owner, id, options);
  if (!found) throw notFound("Payment intent");
  return found;
}

/** What a request to settle led to. */
export interface Settled {
  intent: PaymentIntent;
  decision: Decision;
  /** Number of settlements that were released. */
  released: number;
}

/**
 * Settles an intent by its tier: what events have unlocked and what waits for an approval is released where the decision
 * approves it. It never pays what no event has unlocked.
 * Throws `GatewayError`: `resource_missing`, `invalid_request` for an intent that is settled or cancelled.
 */
export async function settleIntent(
  context: GatewayContext,
  transaction: Database,
  owner: Owner,
  { id, body, time }: { id: bigint; body: SettleIntent; time: bigint },
): Promise<Settled> {
  const before = await findIntent(transaction, owner, id, { isLocked: true });
  if (before.status === "settled" || before.status === "cancelled") {
    throw new GatewayError("invalid_request", `Payment already ${before.status}`);
  }
  const { settlementDelayedUntil: delayed } = before;
  const decision = decideSettlement({
    tier: before.riskTier,
    delayedUntil: delayed === null ? null : BigInt(Math.floor(delayed.getTime() / 1_000)),
    force: body.force_approval ?? false,
    now: time,
  });
  requireTransition(PAYMENT_TRANSITIONS, "payment", before.status, decision.action);
  const now = context.now();
  const { delayedUntil } = decision;
  const intent: PaymentIntent = {
    ...before,
    status: decision.action,
    settlementApprovedAt:
      decision.action === "approved" ? fromSeconds(time) : before.settlementApprovedAt,
    settlementDelayedUntil: delayedUntil === null ? delayed : fromSeconds(delayedUntil),
    settlementReason: decision.reason,
    settlementNotes: body.settlement_notes ?? before.settlementNotes,
    updatedAt: now,
  };
  await saveIntent(transaction, owner, intent);
  await addLog(transaction, owner, {
    intentId: id,
    action: decision.action,
    reason: decision.reason,
    triggeredBy: body.force_approval ? "manual" : "system",
    createdAt: now,
  });
  const released =
    decision.action === "approved"
      ? await releaseWaiting(context, transaction, owner, { intent, decision, time })
      : 0;
  return { intent, decision, released };
}

async function releaseWaiting(
  context: GatewayContext,
  transaction: Database,
  owner: Owner,
  { intent, decision, time }: { intent: PaymentIntent; decision: Decision; time: bigint },
): Promise<number> {
  const items = await listItems(transaction, owner, intent.id);
  let released = 0;
  for (const settlement of await listSettlements(transaction, owner, intent.id)) {
    if (!isReleased(settlement, decision, time)) continue;
    const item = items.find(({ id }) => id === settlement.itemId)!;
    const approved: Settlement = {
      ...settlement,
      status: "approved",
      waitsFor: "chain",
      // An attempt that waits for the clock goes on: whichever pays first, the other one finds it paid.
      attempt: settlement.jobId === null ? settlement.attempt : settlement.attempt + 1,
      error: null,
      updatedAt: context.now(),
    };
    const sent = await enqueueRelease(context, transaction, { owner, item, settlement: approved });
    const event = { owner, item, settlement: sent, proof: null };
    await recordSettlementEvent(context, transaction, { ...event, name: "approved" });
    released += 1;
  }
  return released;
}

function isReleased(
  { waitsFor, releaseAt }: Settlement,
  { isForced }: Decision,
  time: bigint,
): boolean {
  if (waitsFor === "approval") return true;
  if (waitsFor !== "time" || releaseAt === null) return false;
  return isForced || BigInt(Math.floor(releaseAt.getTime() / 1_000)) <= time;
}

/**
 * Confirms that an intent is settled: the chain has paid every item.
 * Throws `GatewayError`: `resource_missing`, `invalid_request` while items are open.
 */
export async function completeIntent(
  transaction: Database,
  owner: Owner,
  id: bigint,
): Promise<PaymentIntent> {
  const intent = await findIntent(transaction, owner, id, { isLocked: true });
  if (intent.status === "settled") return intent;
  const items = await listItems(transaction, owner, id);
  if (items.length === 0) {
    throw new GatewayError(
      "invalid_request",
      "Payment has no schedule yet: build one with build_schedule first",
    );
  }
  const open = openItems(items, await listSettlements(transaction, owner, id));
  const names = open.map(({ eventType }) => eventType).join(", ");
  throw new GatewayError(
    "invalid_request",
    `Payment is not settled on chain yet: ${names} still open. Record the events, or settle with force_approval`,
  );
}
