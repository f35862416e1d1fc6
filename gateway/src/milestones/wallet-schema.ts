/** Shapes of transactions on milestones that wallets sign. */
import { type Static, Type } from "@sinclair/typebox";
import { DISPUTE_OUTCOMES } from "../disputes/dispute";
import { SIGNING_FIELDS, SignedTransactionText } from "../signing/schema";
import { WALLET_ACTIONS } from "./chain-actions";
import { Label } from "./schema";

const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values], ...(description && { description }) }));

/** Body of a request for a transaction. */
export const UnsignedActionBody = Type.Object(
  {
    action: oneOf(
      WALLET_ACTIONS,
      "Payee: accept_terms, submit_milestone. Payer: approve_milestone, dispute_milestone, withdraw_dispute, reclaim_milestone. " +
        "Payer or payee: request_mediation. Both: settle_milestone. Mediator: resolve_dispute.",
    ),
    milestoneId: Type.Optional(
      Type.String({ maxLength: 64, description: "Required except for accept_terms." }),
    ),
    completedBy: Type.Optional(Label),
    completionProof: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description:
          "submit_milestone: 32 bytes in hex are used as they are, anything else by its SHA-256. Default: the delivery proof.",
      }),
    ),
    completionProofURI: Type.Optional(Type.String({ maxLength: 2048 })),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4000, description: "dispute_milestone: the reason." }),
    ),
    raisedBy: Type.Optional(Label),
    party: Type.Optional(
      oneOf(["payer", "payee"], "request_mediation: party that asks. Default: payer."),
    ),
    outcome: Type.Optional(oneOf(DISPUTE_OUTCOMES)),
    recipientAmount: Type.Optional(
      Type.String({
        pattern: "^\\d{1,13}(\\.\\d{1,6})?$",
        description:
          "resolve_dispute, settle_milestone: amount that the payee gets, before fees; the payer gets the rest.",
      }),
    ),
    isAgreed: Type.Optional(
      Type.Boolean({
        description:
          "reclaim_milestone: true for an agreed refund, which the payee also signs, at any time. Default: false, which requires an overdue delivery.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type UnsignedActionBody = Static<typeof UnsignedActionBody>;

/** A transaction for a wallet, as the API shows it. */
export const ActionTransactionView = Type.Object(
  {
    purpose: oneOf(WALLET_ACTIONS),
    part: Type.Integer(),
    milestoneId: Type.Union([Type.String(), Type.Null()]),
    ...SIGNING_FIELDS,
  },
  { title: "UnsignedTransaction" },
);

/** Body with a signed transaction. */
export const SignedTransactionBody = Type.Object(
  { transaction: SignedTransactionText },
  { additionalProperties: false },
);
export type SignedTransactionBody = Static<typeof SignedTransactionBody>;

/** What became of a signed transaction. */
export const SignedTransactionView = Type.Object(
  {
    object: Type.Literal("signed_transaction"),
    paymentIntentId: Type.String(),
    purpose: Type.String(),
    status: oneOf(
      ["incomplete", "sent", "landed", "failed"],
      "incomplete: other wallets must sign. sent: it may still land. landed: confirmed. failed: it can never land.",
    ),
    missingSigners: Type.Array(Type.String(), { description: "Base58." }),
    signature: Type.Union([Type.String(), Type.Null()]),
    problem: Type.Union([Type.String(), Type.Null()]),
  },
  { title: "SignedTransaction" },
);
export type SignedTransactionView = Static<typeof SignedTransactionView>;

const Time = Type.Union([Type.String({ description: "Unix seconds of the chain." }), Type.Null()]);
const MilestoneId = Type.Union([Type.String(), Type.Null()]);

const PossibleAction = Type.Object(
  {
    action: oneOf(WALLET_ACTIONS),
    part: Type.Integer(),
    milestoneId: MilestoneId,
    isJoint: Type.Boolean({ description: "True if the other party signs as well." }),
    from: Time,
    until: Time,
  },
  { title: "WalletAction" },
);

/** What a wallet can sign, and what happens by itself. */
export const WalletNextView = Type.Object(
  {
    object: Type.Literal("wallet_actions"),
    paymentIntentId: Type.String(),
    wallet: Type.String(),
    possible: Type.Array(PossibleAction, {
      description: "Per part, the next step first, and what cannot be taken back last.",
    }),
    later: Type.Array(PossibleAction, { description: "Per part, the earliest first." }),
    byItself: Type.Array(
      Type.Object({
        change: Type.String(),
        part: Type.Integer(),
        milestoneId: MilestoneId,
        at: Type.String({ description: "Unix seconds of the chain." }),
        recipientAmount: Type.Union([
          Type.String({ description: "Amount that the payee is paid then, before fees." }),
          Type.Null(),
        ]),
      }),
    ),
  },
  { title: "WalletActions" },
);
export type WalletNextView = Static<typeof WalletNextView>;

/** Query with a wallet. */
export const WalletQuery = Type.Object(
  {
    wallet: Type.String({
      pattern: "^[1-9A-HJ-NP-Za-km-z]{32,44}$",
      description: "Solana address of a party, base58.",
    }),
  },
  { additionalProperties: false },
);
