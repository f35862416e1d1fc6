/** Shapes of disputes, their messages and settlements. */
import { type Static, Type } from "@sinclair/typebox";
import { idPattern } from "../ids/ids";
import { AMOUNT_PATTERN } from "../money/amount";
import { EvidenceEntry, evidenceInput } from "../project-steps/schema";

/** What a homeowner may dispute. */
export const DISPUTE_TYPES = [
  "milestone_completion",
  "quality_issue",
  "scope_disagreement",
  "timeline_delay",
  "material_difference",
  "payment_amount",
  "other",
] as const;
/** One of `DISPUTE_TYPES`. */
export type DisputeType = (typeof DISPUTE_TYPES)[number];

/** Statuses of a dispute; the names after `in_mediation` say how it ended. */
export const DISPUTE_STATUSES = [
  "pending",
  "open",
  "in_mediation",
  "answered",
  "withdrawn",
  "resolved",
  "expired",
  "settled",
  "reclaimed",
] as const;
/** One of `DISPUTE_STATUSES`. */
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

const party = Type.String({
  pattern: idPattern("person"),
  description: "Id of the person who acts.",
});
const Seconds = (description: string) =>
  Type.Integer({ description: `${description} Unix seconds.` });
const SecondsOrNull = (description: string) => Type.Union([Seconds(description), Type.Null()]);
const Text = Type.String({ minLength: 1, maxLength: 10_000 });

export const RaiseDispute = Type.Object(
  {
    party,
    type: Type.Unsafe<DisputeType>({ type: "string", enum: [...DISPUTE_TYPES] }),
    text: Text,
    ...evidenceInput,
  },
  { additionalProperties: false },
);
export type RaiseDispute = Static<typeof RaiseDispute>;

export const Dispute = Type.Object({
  id: Type.String(),
  object: Type.Literal("project_dispute"),
  projectId: Type.String(),
  milestoneId: Type.String(),
  status: Type.Unsafe<DisputeStatus>({ type: "string", enum: [...DISPUTE_STATUSES] }),
  type: Type.Unsafe<DisputeType>({ type: "string", enum: [...DISPUTE_TYPES] }),
  text: Type.String(),
  raisedBy: Type.String(),
  files: Type.Array(EvidenceEntry),
  manifest: Type.String({ description: "Canonical text whose SHA-256 is `reasonHash`." }),
  reasonHash: Type.String({ description: "What is on chain." }),
  created: Seconds("Request."),
  disputed: SecondsOrNull("Confirmation by the chain's clock."),
  ended: SecondsOrNull("End by the chain's clock."),
});
export type Dispute = Static<typeof Dispute>;

export const NewMessage = Type.Object({ party, text: Text }, { additionalProperties: false });
export type NewMessage = Static<typeof NewMessage>;

export const Message = Type.Object({
  id: Type.String(),
  object: Type.Literal("project_message"),
  disputeId: Type.String(),
  author: Type.String(),
  text: Type.String(),
  created: Seconds("Time of the message."),
});
export type Message = Static<typeof Message>;

export const Propose = Type.Object(
  {
    party,
    recipientAmount: Type.String({
      pattern: AMOUNT_PATTERN,
      description:
        "The contractor's share of the amount, before the fees taken from it; 0.00 for none.",
    }),
  },
  { additionalProperties: false },
);
export type Propose = Static<typeof Propose>;

/** Statuses of a settlement. */
export const SETTLEMENT_STATUSES = [
  "proposed",
  "agreed",
  "withdrawn",
  "replaced",
  "settled",
] as const;

export const Settlement = Type.Object({
  id: Type.String(),
  object: Type.Literal("project_settlement"),
  projectId: Type.String(),
  milestoneId: Type.String(),
  status: Type.Unsafe<(typeof SETTLEMENT_STATUSES)[number]>({
    type: "string",
    enum: [...SETTLEMENT_STATUSES],
  }),
  recipientAmount: Type.String({ description: "The contractor's share before fees." }),
  refund: Type.String({ description: "What the homeowner gets back, platform fee included." }),
  proposedBy: Type.String(),
  agreedBy: Type.Union([Type.String(), Type.Null()]),
  created: Seconds("Proposal."),
});
export type Settlement = Static<typeof Settlement>;
