/** Shapes of ChainPay's payment intents. */
import { type Static, Type } from "@sinclair/typebox";
import { RISK_TIERS } from "../risk";
import { IdParam, orNull } from "../server/page";
import { PaymentStatusSchema } from "../settlements/show";
import { Amount, CurrencyName } from "../wire";

export const RiskTierSchema = Type.Union(RISK_TIERS.map((tier) => Type.Literal(tier)));

export const IntentParams = Type.Object({ payment_id: IdParam });

const Address = Type.String({
  minLength: 32,
  maxLength: 44,
  description: "Wallet, base58. The sandbox has wallets of its own for the account.",
});

export const CreateIntent = Type.Object(
  {
    freight_token_id: IdParam,
    amount: Amount,
    currency: Type.Optional(CurrencyName),
    description: Type.Optional(orNull(Type.String({ maxLength: 255 }))),
    payer: Type.Optional(Address),
    recipient: Type.Optional(Address),
    mediator: Type.Optional(Address),
  },
  { additionalProperties: false },
);
export type CreateIntent = Static<typeof CreateIntent>;

export const IntentSchema = Type.Object({
  id: Type.Integer(),
  freight_token_id: Type.Integer(),
  amount: Type.Number(),
  amount_decimal: Type.String(),
  currency: Type.String(),
  description: orNull(Type.String()),
  risk_score: orNull(Type.Number()),
  risk_category: orNull(Type.String()),
  risk_tier: RiskTierSchema,
  status: PaymentStatusSchema,
  settlement_approved_at: orNull(Type.String()),
  settlement_delayed_until: orNull(Type.String()),
  settlement_completed_at: orNull(Type.String()),
  settlement_reason: orNull(Type.String()),
  settlement_notes: orNull(Type.String()),
  payer: orNull(Type.String()),
  recipient: orNull(Type.String()),
  mediator: orNull(Type.String()),
  created_at: Type.String(),
  updated_at: Type.String(),
});
export type IntentView = Static<typeof IntentSchema>;

export const SettleIntent = Type.Object(
  {
    settlement_notes: Type.Optional(orNull(Type.String({ maxLength: 500 }))),
    force_approval: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
);
export type SettleIntent = Static<typeof SettleIntent>;

export const SettlementResponse = Type.Object({
  payment_intent_id: Type.Integer(),
  status: PaymentStatusSchema,
  action_taken: Type.String({ description: "approved, delayed or rejected." }),
  settlement_approved_at: orNull(Type.String()),
  settlement_delayed_until: orNull(Type.String()),
  settlement_reason: Type.String(),
  milestone_settlements_released: Type.Integer({
    description: "Settlements that this approval released. Later ones need their own.",
  }),
});

export const RiskAssessment = Type.Object({
  payment_intent_id: Type.Integer(),
  freight_token_id: Type.Integer(),
  risk_score: orNull(Type.Number()),
  risk_category: orNull(Type.String()),
  risk_tier: RiskTierSchema,
  settlement_delay: Type.String(),
  recommended_action: Type.String(),
  created_at: Type.String(),
});
