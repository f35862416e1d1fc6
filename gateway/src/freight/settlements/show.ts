/** A settlement as answers have it. */
import { type Static, Type } from "@sinclair/typebox";
import { orNull } from "../server/page";
import { PAYMENT_STATUSES } from "../payment-intents/payment-status";
import type { Item } from "../schedules/store";
import { showTime, toDecimal, toNumber } from "../wire";
import type { Settlement } from "./store";

export const PaymentStatusSchema = Type.Union(
  PAYMENT_STATUSES.map((status) => Type.Literal(status)),
);

export const SettlementSchema = Type.Object({
  id: Type.Integer(),
  payment_intent_id: Type.Integer(),
  event_type: Type.String(),
  settlement_amount: Type.Number(),
  settlement_amount_decimal: Type.String(),
  status: PaymentStatusSchema,
  waits_for: orNull(
    Type.String({ description: "chain, time or approval; null once it is settled." }),
  ),
  shipment_event_id: orNull(Type.Integer()),
  occurred_at: Type.String(),
  release_at: orNull(Type.String({ description: "The chain's time of a delayed release." })),
  settled_at: orNull(Type.String()),
  fee_decimal: Type.String(),
  net_decimal: Type.String({ description: "What the carrier has received." }),
  policy: orNull(Type.String()),
  reference: orNull(Type.String({ description: "Signature of the payment." })),
  error: orNull(Type.String()),
  created_at: Type.String(),
  updated_at: Type.String(),
});
export type SettlementView = Static<typeof SettlementSchema>;

/** Returns a settlement with its item's policy. */
export function showSettlement(
  settlement: Settlement,
  { policy }: Pick<Item, "policy">,
): SettlementView {
  const { shipmentEventId: event } = settlement;
  return {
    id: Number(settlement.id),
    payment_intent_id: Number(settlement.intentId),
    event_type: settlement.eventType,
    settlement_amount: toNumber(settlement.amount),
    settlement_amount_decimal: toDecimal(settlement.amount),
    status: settlement.status,
    waits_for: settlement.waitsFor,
    shipment_event_id: event === null ? null : Number(event),
    occurred_at: showTime(settlement.occurredAt),
    release_at: showTime(settlement.releaseAt),
    settled_at: showTime(settlement.settledAt),
    fee_decimal: toDecimal(settlement.fee),
    net_decimal: toDecimal(settlement.paid - settlement.fee),
    policy,
    reference: settlement.signature,
    error: settlement.error,
    created_at: showTime(settlement.createdAt),
    updated_at: showTime(settlement.updatedAt),
  };
}
