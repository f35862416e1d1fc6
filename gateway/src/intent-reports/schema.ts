/** Shapes of explanations and of coverage. */
import { type Static, Type } from "@sinclair/typebox";
import { INTENT_STATUSES } from "../intents/intent-status";
import { MISSING, REQUIREMENTS } from "./requirement";

const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values], ...(description && { description }) }));
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const seconds = (description: string) => orNull(Type.String({ description }));

const RequirementSchema = Type.Object({
  name: oneOf(REQUIREMENTS),
  isMet: Type.Boolean(),
  message: Type.String({ description: "Text for people." }),
  missing: orNull(
    oneOf(
      MISSING,
      "Who must act. `platform`: the holder of the API key. `gateway`: this service. `time`: no party; the date must come.",
    ),
  ),
  at: seconds("Unix seconds from which it is met without any action."),
});

const PartyStepSchema = Type.Object({
  party: oneOf(["payer", "payee"]),
  action: Type.String({ description: "`approve`, `complete`, `dispute`, `refund` or `reclaim`." }),
  isJoint: Type.Boolean({ description: "True if the other party must agree." }),
  method: oneOf(["POST"]),
  path: Type.String(),
  from: seconds("Unix seconds from which it is possible; null for now."),
  until: seconds("First Unix second in which it is no longer possible; null for no end."),
});
export type PartyStep = Static<typeof PartyStepSchema>;

/** Explanation of an intent's next payment. */
export const Why = Type.Object(
  {
    object: Type.Literal("payment_explanation"),
    paymentIntentId: Type.String(),
    status: oneOf(INTENT_STATUSES),
    isPaid: Type.Boolean({ description: "True when nothing is left to pay." }),
    milestoneId: orNull(Type.String()),
    milestoneIndex: orNull(Type.Integer()),
    amount: orNull(Type.String({ description: "Amount of the next payment." })),
    net: orNull(Type.String({ description: "Amount that the payee receives, after fees." })),
    requirements: Type.Array(RequirementSchema),
    isReady: Type.Boolean({ description: "True when the gateway can pay now." }),
    earliest: seconds("Earliest Unix second of the payment, if every party acts at once."),
    byItself: seconds(
      "Unix second in which it is paid if no party acts; null if a party must act.",
    ),
    reclaimableAt: seconds("Unix seconds from which the payer alone may take the money back."),
    actions: Type.Array(PartyStepSchema, {
      description:
        "What each party can do. The actions that are possible now come first: the next step before the others, and irreversible ones last. Later actions follow in order of time.",
    }),
    now: Type.String({ description: "Chain time of this answer, in Unix seconds." }),
  },
  { title: "PaymentExplanation" },
);
export type Why = Static<typeof Why>;

export const GUARANTEES = ["none", "partial", "escrow", "paid"] as const;

const PartCoverage = Type.Object({
  part: Type.Integer(),
  milestones: Type.Integer({ description: "Milestones of this part that have not ended." }),
  open: Type.String({ description: "Sum of these milestones." }),
  held: Type.String({ description: "Amount that the escrow holds for them." }),
  missing: Type.String(),
  isAccepted: Type.Boolean({
    description: "True once the payee has accepted; until then the payer can take everything back.",
  }),
});

/** What stands behind an intent's remaining payments. */
export const Coverage = Type.Object(
  {
    object: Type.Literal("coverage"),
    paymentIntentId: Type.String(),
    currency: Type.String(),
    guarantee: oneOf(
      GUARANTEES,
      "`escrow`: the whole amount is held and accepted. `partial`: some of it is. `none`: the payer can still spend it. `paid`: nothing is left to pay.",
    ),
    open: Type.String({ description: "Sum of the milestones that have not ended." }),
    held: Type.String(),
    missing: Type.String({ description: "`open` minus `held`, at least zero." }),
    parts: Type.Array(PartCoverage),
    payer: orNull(
      Type.Object(
        {
          balance: Type.String({ description: "Balance of the payer's account now." }),
          committed: Type.String({
            description: "Amount that the payer's other consented payments may still take.",
          }),
          allowance: Type.String({
            description: "Amount that all consented payments together may take.",
          }),
          shortfall: Type.String({
            description: "Amount that the payer's account lacks for this intent.",
          }),
        },
        { description: "The payer's funds, until the money is held. They guarantee nothing." },
      ),
    ),
    now: Type.String({ description: "Chain time of this answer, in Unix seconds." }),
  },
  { title: "Coverage" },
);
export type Coverage = Static<typeof Coverage>;
