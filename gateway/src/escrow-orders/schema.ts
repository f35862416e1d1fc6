/** Shapes of escrow orders. */
import { type Static, Type } from "@sinclair/typebox";
import { RELEASE_TYPES } from "../intents/release-plan";
import { CURRENCIES } from "../intents/schema";
import { MilestoneData } from "../milestones/schema";
import { ORDER_SETTLEMENT_STATUSES, ORDER_STATUSES } from "./order-status";

const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values] }));
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const Seconds = Type.String({ description: "Unix seconds of the chain." });

const FIELDS = {
  id: Type.String(),
  object: Type.Literal("escrow_order"),
  paymentIntentId: Type.String(),
  releaseType: oneOf(RELEASE_TYPES),
  timeLockUntil: orNull(Seconds),
  orderStatus: oneOf(ORDER_STATUSES),
  settlementStatus: oneOf(ORDER_SETTLEMENT_STATUSES),
  releasedAt: orNull(Seconds),
  amount: Type.String(),
  currency: oneOf(CURRENCIES),
  autoReleaseOnProof: Type.Boolean(),
  deliveryPeriod: Type.Integer(),
  deliveryDeadline: orNull(
    Type.String({
      description:
        "Unix seconds of the chain from which the payer alone may take the current milestone back.",
    }),
  ),
  expectedDeliveryHash: orNull(Type.String()),
  actualDeliveryHash: orNull(Type.String()),
  deliveryOracle: orNull(
    Type.String({ description: "As the intent has it: a label, which nothing checks." }),
  ),
  contractAddress: orNull(Type.String({ description: "Escrow account of the first part." })),
  buyerAddress: orNull(Type.String()),
  recipientAddress: orNull(Type.String()),
  createTxHash: orNull(Type.String()),
  disputeRaisedAt: orNull(Seconds),
  disputeReason: orNull(Type.String()),
  disputeRaisedBy: orNull(Type.String()),
  milestones: Type.Array(MilestoneData),
  createdAt: Type.String({ format: "date-time" }),
  updatedAt: Type.String({ format: "date-time" }),
};

export const OrderData = Type.Object(FIELDS, { title: "EscrowOrder" });
export type OrderData = Static<typeof OrderData>;

/** An order: flat, and the same under `data`. */
export const OrderBody = Type.Object({
  ...FIELDS,
  status: oneOf(ORDER_STATUSES),
  data: OrderData,
  created: Type.Integer(),
  updated: Type.Integer(),
});
export type OrderBody = Static<typeof OrderBody>;

/** Body of a change of status. */
export const PatchOrderBody = Type.Object(
  { orderStatus: oneOf(["SHIPPED", "DELIVERED"]) },
  { additionalProperties: false },
);
export type PatchOrderBody = Static<typeof PatchOrderBody>;
