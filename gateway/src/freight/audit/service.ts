/** Audits of ChainPay: what each milestone's money did, with sums in base units. */
import type { Static } from "@sinclair/typebox";
import type { Database } from "@milepost/database";
import { notFound, type Owner } from "../owner";
import type { PaymentStatus } from "../payment-intents/payment-status";
import { findIntent } from "../payment-intents/service";
import { type PaymentIntent, readIntent } from "../payment-intents/store";
import { type Item, listItems } from "../schedules/store";
import { listSettlements, listSettlementsOf, type Settlement } from "../settlements/store";
import { readShipment } from "../shipments/store";
import { showTime, toDecimal, toNumber } from "../wire";
import type { AuditedMilestone, IntentAudit, ShipmentAudit } from "./schema";

/** Rail that the money moves on. */
const PROVIDER = "MILEPOST_ESCROW";

const sumOf = (settlements: readonly Settlement[], status: PaymentStatus): bigint =>
  settlements
    .filter((each) => each.status === status)
    .reduce((sum, { amount }) => sum + amount, 0n);

const countOf = (settlements: readonly Settlement[], status: PaymentStatus): number =>
  settlements.filter((each) => each.status === status).length;

function showMilestone(
  settlement: Settlement,
  intent: PaymentIntent,
  items: readonly Item[],
): Static<typeof AuditedMilestone> {
  return {
    id: Number(settlement.id),
    event_type: settlement.eventType,
    amount: toNumber(settlement.amount),
    amount_decimal: toDecimal(settlement.amount),
    currency: intent.currency,
    status: settlement.status,
    provider: PROVIDER,
    reference: settlement.signature,
    policy: items.find(({ id }) => id === settlement.itemId)?.policy ?? null,
    occurred_at: showTime(settlement.occurredAt),
    settled_at: showTime(settlement.settledAt),
    created_at: showTime(settlement.createdAt),
  };
}

/** Returns a payment's audit. Throws `GatewayError` (`resource_missing`). */
export async function auditIntent(
  database: Database,
  owner: Owner,
  id: bigint,
): Promise<Static<typeof IntentAudit>> {
  const intent = await findIntent(database, owner, id);
  const settlements = await listSettlements(database, owner, id);
  const items = await listItems(database, owner, id);
  const [approved, settled] = [sumOf(settlements, "approved"), sumOf(settlements, "settled")];
  const pending = intent.amount - approved - settled;
  return {
    payment_intent_id: Number(id),
    freight_token_id: Number(intent.freightTokenId),
    amount: toNumber(intent.amount),
    amount_decimal: toDecimal(intent.amount),
    currency: intent.currency,
    risk_score: intent.riskScore,
    risk_tier: intent.riskTier,
    status: intent.status,
    milestones: settlements.map((each) => showMilestone(each, intent, items)),
    summary: {
      total_milestones: settlements.length,
      approved_amount: toNumber(approved),
      approved_amount_decimal: toDecimal(approved),
      settled_amount: toNumber(settled),
      settled_amount_decimal: toDecimal(settled),
      pending_amount: toNumber(pending),
      pending_amount_decimal: toDecimal(pending),
    },
  };
}

/** Returns the audit of a shipment's own payments. Throws `GatewayError` (`resource_missing`). */
export async function auditShipment(
  database: Database,
  owner: Owner,
  shipmentId: bigint,
): Promise<Static<typeof ShipmentAudit>> {
  if (!(await readShipment(database, owner, shipmentId))) throw notFound("Shipment");
  const settlements = await listSettlementsOf(database, owner, shipmentId);
  const milestones: Static<typeof ShipmentAudit>["milestones"] = [];
  for (const settlement of settlements) {
    const intent = (await readIntent(database, owner, settlement.intentId))!;
    const items = await listItems(database, owner, intent.id);
    milestones.push({
      ...showMilestone(settlement, intent, items),
      payment_intent_id: Number(intent.id),
      freight_token_id: Number(intent.freightTokenId),
      payment_intent: { risk_score: intent.riskScore, risk_tier: intent.riskTier },
    });
  }
  const [approved, settled] = [sumOf(settlements, "approved"), sumOf(settlements, "settled")];
  return {
    shipment_id: Number(shipmentId),
    milestones,
    summary: {
      total_milestones: settlements.length,
      approved_count: countOf(settlements, "approved"),
      delayed_count: countOf(settlements, "delayed"),
      pending_count: countOf(settlements, "pending"),
      settled_count: countOf(settlements, "settled"),
      total_approved_amount: toNumber(approved),
      total_approved_amount_decimal: toDecimal(approved),
      total_settled_amount: toNumber(settled),
      total_settled_amount_decimal: toDecimal(settled),
    },
    message:
      settlements.length === 0
        ? "No milestones found for shipment"
        : `Audit trail for shipment ${shipmentId}`,
  };
}
