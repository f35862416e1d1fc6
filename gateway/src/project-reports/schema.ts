/** Shapes of a project's reports: statement, timeline, actions per party. */
import { type Static, Type } from "@sinclair/typebox";
import { idPattern } from "../ids/ids";
import { ProjectAction } from "../project-steps/schema";
import { Amount, oneOf, orNull, Seconds } from "../projects/schema";

const money = {
  funded: Amount("What the homeowner paid in, platform fee included."),
  inEscrow: Amount("What is in escrow."),
  received: Amount("What the contractor received."),
  gatewayFee: Amount("Fees of the gateway."),
  protocolFee: Amount("Fees of the protocol."),
  platformFee: Amount("Platform fees."),
  refunded: Amount("What the homeowner got back."),
};

export const Statement = Type.Object(
  {
    object: Type.Literal("project_statement"),
    projectId: Type.String(),
    currency: Type.String(),
    asOf: Seconds("The chain's time."),
    milestones: Type.Array(
      Type.Object({
        milestoneId: Type.String(),
        index: Type.Integer(),
        title: Type.String(),
        ...money,
      }),
    ),
    ...money,
    chain: Type.Array(
      Type.Object({
        policy: Type.String(),
        vault: Type.String(),
        funded: Amount("Paid in, as the escrow counts it."),
        paid: Amount("Paid out to contractor, gateway and protocol."),
        refunded: Amount("Returned to the homeowner."),
        outstanding: Amount("In the vault, for the homeowner or the contractor."),
        vaultBalance: Amount("Balance of the vault; more than `outstanding` after a donation."),
        matches: Type.Boolean({ description: "True where the statement equals the chain." }),
      }),
      { description: "The same sums as the chain has them." },
    ),
  },
  { description: "funded = inEscrow + received + fees + refunded, for each milestone and in all." },
);
export type Statement = Static<typeof Statement>;

/** What happened. */
export const PAST_TYPES = [
  "created",
  "finalized",
  "funded",
  "terms_accepted",
  "submitted",
  "disputed",
  "dispute_withdrawn",
  "mediation_requested",
  "approved",
  "paid_by_silence",
  "decided",
  "split_after_timeout",
  "settled",
  "reclaimed",
  "escrow_closed",
] as const;

/** What the clock alone changes. */
export const UPCOMING_TYPES = [
  "due",
  "delivery_overdue",
  "dispute_window_closes",
  "paid_by_silence",
  "mediation_starts",
  "split_after_timeout",
] as const;

export const Upcoming = Type.Object({
  type: oneOf(UPCOMING_TYPES, "What happens when no party acts."),
  at: Seconds("First second after the change."),
  milestoneId: Type.String(),
  text: Type.String({ description: "The same for people." }),
});
export type Upcoming = Static<typeof Upcoming>;

export const Timeline = Type.Object({
  object: Type.Literal("project_timeline"),
  projectId: Type.String(),
  now: Seconds("The chain's time."),
  past: Type.Array(
    Type.Object({
      type: oneOf(PAST_TYPES, "What happened."),
      at: Seconds("Time by the chain's clock."),
      milestoneId: orNull(Type.String()),
      party: orNull(Type.String({ description: "Id of the person who acted; null for nobody." })),
      text: Type.String({ description: "The same for people." }),
      signature: orNull(Type.String({ description: "Transaction; null where there was none." })),
    }),
  ),
  upcoming: Type.Array(Upcoming),
});
export type Timeline = Static<typeof Timeline>;

/** Actions of a party, in the order in which a page offers them. */
export const ACTIONS = [
  "accept_settlement",
  "approve",
  "dispute",
  "accept_terms",
  "submit",
  "decide",
  "finalize",
  "edit_milestones",
  "fund",
  "withdraw_dispute",
  "request_mediation",
  "write_message",
  "propose_settlement",
  "withdraw_settlement",
  "reclaim",
  "pay_early",
  "close",
] as const;
/** One of `ACTIONS`. */
export type ActionName = (typeof ACTIONS)[number];

export const PossibleAction = Type.Object({
  action: oneOf(ACTIONS, "Name of the action."),
  milestoneId: orNull(Type.String()),
  method: oneOf(["POST", "PATCH"] as const, "HTTP method."),
  path: Type.String({ description: "Path that takes the action." }),
  from: orNull(Seconds("First second in which it is possible; null for now.")),
  until: orNull(Seconds("First second in which it is no longer possible; null for no end.")),
});
export type PossibleAction = Static<typeof PossibleAction>;

export const PartyActionsView = Type.Object({
  object: Type.Literal("project_party_actions"),
  projectId: Type.String(),
  party: Type.String(),
  role: oneOf(["homeowner", "contractor", "mediator"] as const, "Role of the person."),
  now: Seconds("The chain's time."),
  possible: Type.Array(PossibleAction, {
    description: "In the order in which a page offers them.",
  }),
  later: Type.Array(PossibleAction),
  byItself: Type.Array(Upcoming),
  obstacles: Type.Array(Type.String(), {
    description: "Token accounts that cannot be paid at the moment.",
  }),
  toSign: Type.Array(ProjectAction, {
    description: "Steps that wait for this party's signature and can still land.",
  }),
  pendingAction: orNull(Type.String({ description: "Id of a step that is being confirmed." })),
});
export type PartyActionsView = Static<typeof PartyActionsView>;

export const ActionsQuery = Type.Object(
  { party: Type.String({ pattern: idPattern("person"), description: "Id of the person." }) },
  { additionalProperties: false },
);
