/** Shapes of projects. */
import { type Static, Type } from "@sinclair/typebox";
import { idPattern } from "../ids/ids";
import { personFields } from "../persons/schema";
import { AMOUNT_PATTERN } from "../money/amount";
import { MAX_PROJECT_MILESTONES } from "./default-milestones";
import {
  PROJECT_SIZES,
  PROJECT_TYPES,
  type ProjectSize,
  type ProjectType,
  VERIFICATION_METHODS,
  type VerificationMethod,
} from "./milestone-templates";

/** Returns the schema of one of some texts, as an `enum`: its error lists what is allowed. */
export const oneOf = <T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: "string", enum: [...values], description });

export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const Seconds = (description: string) =>
  Type.Integer({ description: `${description} Unix seconds.` });
export const Amount = (description: string) => Type.String({ description, examples: ["1000.00"] });

export const ProjectParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
export type ProjectParams = Static<typeof ProjectParams>;
export const ProjectMilestoneParams = Type.Object({
  id: Type.String({ maxLength: 64 }),
  milestoneId: Type.String({ maxLength: 64 }),
});
export type ProjectMilestoneParams = Static<typeof ProjectMilestoneParams>;

const PersonId = Type.String({ pattern: idPattern("person"), description: "Id of a person." });

/** A party of a new project: a person who exists, or a new one. */
export const PartyInput = Type.Object(
  {
    id: Type.Optional(PersonId),
    name: Type.Optional(personFields.name),
    email: Type.Optional(personFields.email),
    wallet: Type.Optional(personFields.wallet),
  },
  {
    additionalProperties: false,
    description: "Either `id` of a person of this account, or `name` with `email` and `wallet`.",
  },
);
export type PartyInput = Static<typeof PartyInput>;

const Bps = (maximum: number, description: string) =>
  Type.Integer({ minimum: 0, maximum, description: `${description} Basis points.` });
const Period = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: 31_536_000, description: `${description} Seconds.` });

const TERMS = {
  reviewPeriodSecs: Period(1, "Silence after which a submission counts as approved."),
  disputeWindowSecs: Period(1, "How long after a submission the homeowner may dispute it."),
  mediationDelaySecs: Period(0, "From a dispute until mediation starts by itself."),
  mediationTimeoutSecs: Period(1, "From mediation until anyone may pay out the agreed split."),
  deliveryGraceSecs: Period(1, "From the due date until the homeowner may take the money back."),
  timeoutRecipientBps: Bps(10_000, "The contractor's share when the mediator does not decide."),
  platformFeeBps: Bps(1_000, "Fee that the homeowner pays on top of each milestone."),
};
export const ProjectTerms = Type.Object(TERMS);
export const ProjectTermsInput = Type.Partial(Type.Object(TERMS), { additionalProperties: false });

/** When a milestone may be released. */
export const RELEASE_RULES = ["approval", "approval_after_due_date"] as const;

export const CreateProject = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    bidId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: "The platform's id of the accepted bid. A bid has one project.",
      }),
    ),
    projectType: oneOf<ProjectType>(
      PROJECT_TYPES,
      "Type of the work: chooses the default milestones.",
    ),
    size: Type.Optional(
      oneOf<ProjectSize>(
        PROJECT_SIZES,
        "Size of the project. Default: by amount (5,000 and 25,000).",
      ),
    ),
    amount: Type.String({
      pattern: AMOUNT_PATTERN,
      description: "Amount of the bid.",
      examples: ["12000.00"],
    }),
    currency: oneOf(["USDC", "USDT"] as const, "Currency of the project."),
    homeowner: PartyInput,
    contractor: PartyInput,
    mediator: PartyInput,
    terms: Type.Optional(ProjectTermsInput),
    releaseRule: Type.Optional(
      oneOf(
        RELEASE_RULES,
        "`approval`: the homeowner's approval or silence pays. `approval_after_due_date`: not before the due date. Default: approval.",
      ),
    ),
    startDate: Type.Optional(
      Type.Integer({
        description: "Unix seconds from which the default due dates count. Default: now.",
      }),
    ),
    metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
);
export type CreateProject = Static<typeof CreateProject>;

const milestoneTexts = {
  title: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.String({ maxLength: 4_000 }),
  verificationMethod: oneOf<VerificationMethod>(
    VERIFICATION_METHODS,
    "How the homeowner verifies the work.",
  ),
  amount: Type.String({ pattern: AMOUNT_PATTERN, examples: ["4000.00"] }),
  dueDate: orNull(Type.Integer({ description: "Unix seconds; null for no date." })),
};

/** One milestone of a new draft. */
export const DraftMilestone = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: idPattern("milestone"),
        description: "Keeps this milestone of the draft.",
      }),
    ),
    title: milestoneTexts.title,
    description: Type.Optional(milestoneTexts.description),
    verificationMethod: Type.Optional(milestoneTexts.verificationMethod),
    amount: Type.Optional(milestoneTexts.amount),
    percentage: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        description: "Instead of the amounts, for all.",
      }),
    ),
    dueDate: Type.Optional(milestoneTexts.dueDate),
  },
  { additionalProperties: false },
);
export type DraftMilestone = Static<typeof DraftMilestone>;

export const ReplaceMilestones = Type.Object(
  { milestones: Type.Array(DraftMilestone, { minItems: 1, maxItems: MAX_PROJECT_MILESTONES }) },
  { additionalProperties: false },
);
export type ReplaceMilestones = Static<typeof ReplaceMilestones>;

export const EditMilestone = Type.Partial(Type.Object(milestoneTexts), {
  additionalProperties: false,
  minProperties: 1,
});
export type EditMilestone = Static<typeof EditMilestone>;

export const ByParty = Type.Object(
  {
    party: Type.String({ pattern: idPattern("person"), description: "Id of the person who acts." }),
  },
  { additionalProperties: false },
);
export type ByParty = Static<typeof ByParty>;

/** Statuses of a milestone. The last four are final. */
export const MILESTONE_STATUSES = [
  "draft",
  "unfunded",
  "awaiting_acceptance",
  "funded",
  "pending_verification",
  "disputed",
  "in_mediation",
  "completed",
  "resolved",
  "refunded",
  "canceled",
] as const;
/** One of `MILESTONE_STATUSES`. */
export type MilestoneStatus = (typeof MILESTONE_STATUSES)[number];

const Payout = Type.Object(
  {
    ending: oneOf(
      ["executed", "approved", "resolved", "expired", "settled", "reclaimed"] as const,
      "What ended it; `executed` is payment by silence, `expired` the agreed split after a mediation without a decision.",
    ),
    amount: Amount("The contractor's share before the fees that are taken from it."),
    received: Amount("What the contractor received."),
    gatewayFee: Amount("Fee of the gateway."),
    protocolFee: Amount("Fee of the protocol."),
    platformFee: Amount("Platform fee on the contractor's share."),
    refunded: Amount("What the homeowner got back, platform fee included."),
    signature: Type.String(),
    at: Seconds("Time by the chain's clock."),
  },
  { description: "How the milestone ended: received + fees + refunded = total." },
);

export const PendingAction = Type.Object({
  id: Type.String(),
  object: Type.Literal("project_action"),
  action: Type.String(),
  state: Type.Literal("pending"),
  milestoneId: orNull(Type.String()),
  party: orNull(Type.String()),
  created: Seconds("Creation."),
});

export const ProjectMilestone = Type.Object({
  id: Type.String(),
  object: Type.Literal("project_milestone"),
  projectId: Type.String(),
  index: Type.Integer(),
  status: oneOf(MILESTONE_STATUSES, "Status by the chain's state and time."),
  title: Type.String(),
  description: Type.String(),
  verificationMethod: oneOf<VerificationMethod>(VERIFICATION_METHODS, "How the work is verified."),
  amount: Amount("Amount for the contractor, before the fees that the program takes."),
  fee: Amount("Platform fee on top."),
  total: Amount("Amount and fee: what the homeowner pays."),
  dueDate: orNull(Seconds("Date by which the work is to be delivered.")),
  isActive: Type.Boolean({ description: "True for the milestone whose turn it is." }),
  submitted: orNull(Seconds("Last submission.")),
  disputed: orNull(Seconds("Last dispute.")),
  disputeUntil: orNull(Seconds("First second in which the homeowner can no longer dispute.")),
  paidBySilenceAt: orNull(Seconds("When it is paid if the homeowner stays silent.")),
  mediationStarts: orNull(Seconds("When mediation starts, or started.")),
  mediationEnds: orNull(Seconds("When the agreed split is paid if the mediator does not decide.")),
  takeBackFrom: orNull(Seconds("From when the homeowner may take the money back.")),
  payout: orNull(Payout),
  chain: orNull(
    Type.Object(
      {
        policy: Type.String(),
        escrow: Type.String(),
        vault: Type.String({ description: "Token account that holds the money." }),
        index: Type.Integer({ description: "Index within the policy." }),
        state: Type.String(),
        evidenceHash: orNull(Type.String()),
        reasonHash: orNull(Type.String()),
      },
      { description: "Where it lies on chain; null before its part is funded for the first time." },
    ),
  ),
});
export type ProjectMilestone = Static<typeof ProjectMilestone>;

const Party = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: orNull(Type.String()),
  wallet: orNull(Type.String({ description: "Fixed at the finalization." })),
});

export const Project = Type.Object({
  id: Type.String(),
  object: Type.Literal("project"),
  status: oneOf(["draft", "active", "completed", "canceled"] as const, "Status of the project."),
  title: Type.String(),
  bidId: orNull(Type.String()),
  projectType: oneOf<ProjectType>(PROJECT_TYPES, "Type of the work."),
  size: oneOf<ProjectSize>(PROJECT_SIZES, "Size of the project."),
  currency: Type.String(),
  amount: Amount("Amount of the bid."),
  fee: Amount("Platform fees of all milestones."),
  total: Amount("Amount and fees: what the homeowner pays in all."),
  releaseRule: oneOf(RELEASE_RULES, "When a milestone may be released."),
  terms: ProjectTerms,
  homeowner: Party,
  contractor: Party,
  mediator: Party,
  milestones: Type.Array(ProjectMilestone),
  activeMilestone: orNull(Type.String({ description: "Id of the milestone whose turn it is." })),
  policies: Type.Array(
    Type.Object({
      part: Type.Integer(),
      policy: Type.String(),
      escrow: Type.String(),
      vault: Type.String(),
      milestones: Type.Integer({ description: "Number of milestones in this policy." }),
      termsAccepted: orNull(Seconds("When the contractor accepted the terms.")),
      closed: orNull(Seconds("When the escrow was closed.")),
    }),
    {
      description: "Accounts on chain: one policy per four milestones, created when it is funded.",
    },
  ),
  pendingAction: orNull(PendingAction),
  problem: orNull(
    Type.String({
      description:
        "Problem that needs attention, such as a transaction that the chain rolled back. The next confirmed step clears it.",
    }),
  ),
  metadata: Type.Record(Type.String(), Type.Unknown()),
  created: Seconds("Creation."),
  updated: Seconds("Last change."),
  finalized: orNull(Seconds("Finalization by the chain's clock; null for a draft.")),
  ended: orNull(Seconds("End by the chain's clock.")),
});
export type Project = Static<typeof Project>;
