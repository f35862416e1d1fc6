/** Shapes of milestones. */
import { type Static, Type } from "@sinclair/typebox";
import { envelopeOf } from "../http/envelope";
import { IntentParams } from "../intents/schema";
import { AMOUNT_PATTERN } from "../money/amount";
import { MILESTONE_STATUSES } from "./milestone-status";
import { MAX_MILESTONES } from "./schedule";

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** Label of a person or address: shown, never an authority. */
export const Label = Type.String({ minLength: 1, maxLength: 128 });

/** Path of one milestone. */
export const MilestoneParams = Type.Intersect([
  IntentParams,
  Type.Object({ mid: Type.String({ maxLength: 64, description: "Id of the milestone." }) }),
]);

/** Body of a new milestone. */
export const CreateMilestoneBody = Type.Object(
  {
    milestoneIndex: Type.Integer({
      minimum: 0,
      maximum: MAX_MILESTONES - 1,
      description: "Place in the order of completion, from 0 without gaps.",
    }),
    amount: Type.Optional(
      Type.String({
        pattern: AMOUNT_PATTERN,
        description: "Decimal string. Without it, the percentage counts.",
      }),
    ),
    percentage: Type.Optional(
      Type.Number({
        description: "Above 0, up to 100. Beside an amount it must agree with it.",
      }),
    ),
    description: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);
export type CreateMilestoneBody = Static<typeof CreateMilestoneBody>;

/** Body of a completion. */
export const CompleteMilestoneBody = Type.Object(
  {
    completedBy: Label,
    completionProof: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: "32 bytes in hex are used as they are, anything else by its SHA-256.",
      }),
    ),
    completionProofURI: Type.Optional(Type.String({ maxLength: 2048 })),
  },
  { additionalProperties: false },
);
export type CompleteMilestoneBody = Static<typeof CompleteMilestoneBody>;

const MilestoneStatusSchema = Type.Unsafe<(typeof MILESTONE_STATUSES)[number]>(
  Type.String({ enum: [...MILESTONE_STATUSES] }),
);

/** A milestone as the API shows it. */
export const MilestoneData = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("milestone"),
    paymentIntentId: Type.String(),
    escrowOrderId: Type.String(),
    milestoneIndex: Type.Integer(),
    description: orNull(Type.String()),
    amount: orNull(
      Type.String({ description: "Null for a draft by percentage, until all add up." }),
    ),
    percentage: orNull(Type.Number()),
    status: MilestoneStatusSchema,
    completedBy: orNull(Type.String()),
    completionProof: orNull(Type.String()),
    completionProofURI: orNull(Type.String()),
    proofHash: orNull(Type.String({ description: "What goes on chain: 32 bytes in hex." })),
    completedAt: orNull(Type.String({ description: "Unix seconds of the chain." })),
    releasedAt: orNull(Type.String({ description: "Unix seconds of the chain." })),
    releaseTxHash: orNull(
      Type.String({ description: "Signature of the transaction that ended it." }),
    ),
    paid: Type.String({ description: "To the payee and in fees: fee + net." }),
    fee: Type.String(),
    net: Type.String({ description: "What the payee received." }),
    refunded: Type.String({ description: "Back to the payer." }),
    createdAt: Type.String({ format: "date-time" }),
    updatedAt: Type.String({ format: "date-time" }),
  },
  { title: "Milestone" },
);
export type MilestoneData = Static<typeof MilestoneData>;

/** A milestone in its envelope. A completion answers with the status `completed`, as Finternet's does. */
export const MilestoneEnvelope = envelopeOf(
  "milestone",
  Type.Unsafe<MilestoneData["status"] | "completed">(
    Type.String({ enum: [...MILESTONE_STATUSES, "completed"] }),
  ),
  MilestoneData,
);
export type MilestoneEnvelope = Static<typeof MilestoneEnvelope>;
