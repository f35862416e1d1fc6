/** A payment intent as answers have it. */
import { showTime, toDecimal, toNumber } from "../wire";
import type { IntentView } from "./schema";
import type { PaymentIntent } from "./store";

export function showIntent(intent: PaymentIntent): IntentView {
  return {
    id: Number(intent.id),
    freight_token_id: Number(intent.freightTokenId),
    amount: toNumber(intent.amount),
    amount_decimal: toDecimal(intent.amount),
    currency: intent.currency,
    description: intent.description,
    risk_score: intent.riskScore,
    risk_category: intent.riskCategory,
    risk_tier: intent.riskTier,
    status: intent.status,
    settlement_approved_at: showTime(intent.settlementApprovedAt),
    settlement_delayed_until: showTime(intent.settlementDelayedUntil),
    settlement_completed_at: showTime(intent.settlementCompletedAt),
    settlement_reason: intent.settlementReason,
    settlement_notes: intent.settlementNotes,
    payer: intent.payer,
    recipient: intent.recipient,
    mediator: intent.mediator,
    created_at: showTime(intent.createdAt),
    updated_at: showTime(intent.updatedAt),
  };
}
