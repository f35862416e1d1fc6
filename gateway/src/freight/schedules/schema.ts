/** Shapes of payment schedules. */
import { type Static, Type } from "@sinclair/typebox";
import { RiskTierSchema } from "../payment-intents/schema";
import { IdParam, orNull } from "../server/page";

export const ScheduleItemSchema = Type.Object({
  id: Type.Integer(),
  schedule_id: Type.Integer(),
  event_type: Type.String(),
  percentage: Type.Number({ description: "Share of the payment, 0 to 1." }),
  order: Type.Integer(),
  amount: Type.Number(),
  amount_decimal: Type.String(),
  funding: Type.String({
    description:
      "none (nothing to pay), unsigned, funding, funded, failed, or returned (to the payer).",
  }),
  policy: orNull(Type.String({ description: "Account that holds the item's money." })),
  vault: orNull(Type.String()),
  reference: orNull(Type.String({ description: "Signature of the funding." })),
  error: orNull(Type.String()),
  created_at: Type.String(),
});
export type ScheduleItemView = Static<typeof ScheduleItemSchema>;

export const BuiltScheduleSchema = Type.Object({
  payment_id: Type.Integer(),
  schedule_id: Type.Integer(),
  risk_tier: RiskTierSchema,
  items_count: Type.Integer(),
  message: Type.String(),
  items: Type.Array(ScheduleItemSchema),
});

/** A transaction that wallets sign. */
export const ItemSigning = Type.Object({
  item_id: Type.Integer(),
  transaction: Type.String({
    description:
      "Transaction for the wallet, base64, with the signature that the other party may have given.",
  }),
  message: Type.String({ description: "Bytes that each wallet signs, base64." }),
  signers: Type.Array(Type.String(), { description: "Wallets that must sign: payer and carrier." }),
  missing: Type.Array(Type.String(), { description: "Wallets whose signature is still missing." }),
  expires_at: Type.String({
    description: "Chain time from which the transaction can no longer land.",
  }),
});
export type ItemSigningView = Static<typeof ItemSigning>;

export const SignedFunding = Type.Object(
  {
    transaction: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description: "The item's transaction, signed and otherwise unchanged, base64.",
    }),
  },
  { additionalProperties: false },
);

export const ItemParams = Type.Object({ payment_id: IdParam, item_id: IdParam });

export const ScheduleSchema = Type.Object({
  id: Type.Integer(),
  payment_intent_id: Type.Integer(),
  risk_tier: RiskTierSchema,
  items: Type.Array(ScheduleItemSchema),
  signing: orNull(ItemSigning),
  created_at: Type.String(),
});
