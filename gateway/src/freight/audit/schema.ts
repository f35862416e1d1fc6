/** Shapes of ChainPay's audits. */
import { Type } from "@sinclair/typebox";
import { RiskTierSchema } from "../payment-intents/schema";
import { orNull } from "../server/page";
import { PaymentStatusSchema } from "../settlements/show";

const milestone = {
  id: Type.Integer(),
  event_type: Type.String(),
  amount: Type.Number(),
  amount_decimal: Type.String(),
  currency: Type.String(),
  status: PaymentStatusSchema,
  provider: Type.String(),
  reference: orNull(Type.String()),
  policy: orNull(Type.String()),
  occurred_at: Type.String(),
  settled_at: orNull(Type.String()),
  created_at: Type.String(),
};

export const AuditedMilestone = Type.Object(milestone);

export const ShipmentAudit = Type.Object({
  shipment_id: Type.Integer(),
  milestones: Type.Array(
    Type.Object({
      ...milestone,
      payment_intent_id: Type.Integer(),
      freight_token_id: Type.Integer(),
      payment_intent: Type.Object({
        risk_score: orNull(Type.Number()),
        risk_tier: RiskTierSchema,
      }),
    }),
  ),
  summary: Type.Object({
    total_milestones: Type.Integer(),
    approved_count: Type.Integer(),
    delayed_count: Type.Integer(),
    pending_count: Type.Integer(),
    settled_count: Type.Integer(),
    total_approved_amount: Type.Number(),
    total_approved_amount_decimal: Type.String(),
    total_settled_amount: Type.Number(),
    total_settled_amount_decimal: Type.String(),
  }),
  message: Type.String(),
});

export const IntentAudit = Type.Object({
  payment_intent_id: Type.Integer(),
  freight_token_id: Type.Integer(),
  amount: Type.Number(),
  amount_decimal: Type.String(),
  currency: Type.String(),
  risk_score: orNull(Type.Number()),
  risk_tier: RiskTierSchema,
  status: PaymentStatusSchema,
  milestones: Type.Array(AuditedMilestone),
  summary: Type.Object({
    total_milestones: Type.Integer(),
    approved_amount: Type.Number(),
    approved_amount_decimal: Type.String(),
    settled_amount: Type.Number(),
    settled_amount_decimal: Type.String(),
    pending_amount: Type.Number(),
    pending_amount_decimal: Type.String(),
  }),
});
