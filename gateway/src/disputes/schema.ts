/** Shapes of disputes. */
import { type Static, Type } from "@sinclair/typebox";
import { envelopeOf } from "../http/envelope";
import { IntentParams } from "../intents/schema";
import { Label } from "../milestones/schema";
import { DISPUTE_OUTCOMES, DISPUTE_STATUSES } from "./dispute";

const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values] }));
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const DisputeData = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("dispute"),
    paymentIntentId: Type.String(),
    milestoneId: Type.String(),
    status: oneOf(DISPUTE_STATUSES),
    reason: Type.String(),
    reasonHash: Type.String({ description: "SHA-256 of the reason, hex." }),
    raisedBy: Type.String(),
    isOnChain: Type.Boolean({
      description:
        "False where the gateway alone holds the money back: it does not release while the dispute is open.",
    }),
    raisedAt: Type.String({ description: "Unix seconds of the chain." }),
    resolvedAt: orNull(Type.String({ description: "Unix seconds of the chain." })),
    outcome: Type.Union([oneOf(DISPUTE_OUTCOMES), Type.Null()], {
      description:
        "How the milestone's money was divided. Null while the dispute is open, after a withdrawal, and for a resolved dispute whose milestone was paid or refunded as a whole without a decision about the dispute.",
    }),
    transactionHash: Type.Union([Type.String(), Type.Null()], {
      description:
        "Transaction that raised the dispute; where it was never on chain, the one that divided the money.",
    }),
    problem: orNull(Type.String({ description: "Why the dispute could not be put on chain." })),
    createdAt: Type.String({ format: "date-time" }),
    updatedAt: Type.String({ format: "date-time" }),
  },
  { title: "Dispute" },
);
export type DisputeData = Static<typeof DisputeData>;

export const DisputeEnvelope = envelopeOf("dispute", oneOf(DISPUTE_STATUSES), DisputeData);
export type DisputeEnvelope = Static<typeof DisputeEnvelope>;

/** Path of one dispute. */
export const DisputeParams = Type.Intersect([
  IntentParams,
  Type.Object({ did: Type.String({ maxLength: 64, description: "Id of the dispute." }) }),
]);

/** Body of a new dispute. */
export const RaiseDisputeBody = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 4000 }),
    raisedBy: Label,
    milestoneId: Type.Optional(
      Type.String({ maxLength: 64, description: "Default: the milestone at its turn." }),
    ),
    disputeWindow: Type.Optional(
      Type.Union([Type.String({ pattern: "^\\d{1,12}$" }), Type.Integer({ minimum: 1 })], {
        description:
          "Accepted and not used: the terms that both parties signed say how long a dispute may take.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type RaiseDisputeBody = Static<typeof RaiseDisputeBody>;

/** Body of a decision. */
export const ResolveDisputeBody = Type.Object(
  {
    outcome: Type.Optional(oneOf(DISPUTE_OUTCOMES)),
    recipientAmount: Type.Optional(
      Type.String({
        pattern: "^\\d{1,13}(\\.\\d{1,6})?$",
        description:
          "What the payee gets of the milestone, before fees; the payer gets the rest. Needed for PARTIAL_REFUND.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type ResolveDisputeBody = Static<typeof ResolveDisputeBody>;
