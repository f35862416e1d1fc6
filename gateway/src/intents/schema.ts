/** Shapes of payment intents. */
import { type Static, Type } from "@sinclair/typebox";
import { HASH_PATTERN } from "../chain/hash";
import { envelopeOf, Metadata } from "../http/envelope";
import { AMOUNT_PATTERN } from "../money/amount";
import { INTENT_SETTLEMENT_STATUSES, INTENT_STATUSES } from "./intent-status";
import { PHASE_STATUSES, PHASES } from "./phases";
import { INTENT_TYPES, RELEASE_TYPES } from "./release-plan";

const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values], ...(description && { description }) }));
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const SETTLEMENT_METHODS = [
  "ON_CHAIN",
  "OFF_RAMP_MOCK",
  "OFF_RAMP_TO_RTP",
  "OFF_RAMP_TO_BANK",
] as const;

/** Where the payee's money goes after its release. */
export type SettlementMethod = (typeof SETTLEMENT_METHODS)[number];

export const CURRENCIES = ["USDC", "USDT"] as const;

/** Path of one intent. */
export const IntentParams = Type.Object({
  id: Type.String({
    maxLength: 64,
    description: "Id of the intent. In test mode, intent_xxx is the account's newest one.",
  }),
});

const ORACLE =
  "Label of the party that reports the delivery. It is kept and shown, and nothing checks it: every key with the scope may report the delivery.";

/** Body of a new intent. */
export const CreateIntentBody = Type.Object(
  {
    amount: Type.String({
      pattern: AMOUNT_PATTERN,
      description: 'Decimal string above zero, such as "1000.00".',
    }),
    currency: oneOf(CURRENCIES),
    type: oneOf(INTENT_TYPES),
    settlementMethod: oneOf(SETTLEMENT_METHODS),
    settlementDestination: Type.String({
      minLength: 1,
      maxLength: 256,
      description:
        "Live: the payee's wallet, as a Solana address or the id of a registered wallet. Test mode accepts any text.",
    }),
    mediatorAddress: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          "Live: wallet that decides disputes; required except for CONSENTED_PULL. Test mode uses its own mediator.",
      }),
    ),
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    metadata: Type.Optional(Type.Unsafe<Record<string, unknown>>(Metadata)),
    releaseType: Type.Optional(
      oneOf(RELEASE_TYPES, "Default: DELIVERY_PROOF. Counts the same in metadata."),
    ),
    autoRelease: Type.Optional(
      Type.Boolean({
        description:
          "True: completion releases the money. False: the payer approves, or their silence does. Default: false.",
      }),
    ),
    timeLockUntil: Type.Optional(
      Type.Union([Type.String({ maxLength: 20 }), Type.Integer({ minimum: 0 })], {
        description: "Unix seconds, for TIME_LOCKED.",
      }),
    ),
    deliveryPeriod: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 31_536_000,
        description:
          "Seconds after which the payer may take back a milestone that was not delivered. Default: 2592000.",
      }),
    ),
    expectedDeliveryHash: Type.Optional(Type.String({ pattern: HASH_PATTERN })),
    deliveryOracle: Type.Optional(Type.String({ maxLength: 128, description: ORACLE })),
  },
  { additionalProperties: false },
);
export type CreateIntentBody = Static<typeof CreateIntentBody>;

/** Body of a confirmation. */
export const ConfirmBody = Type.Object(
  {
    signature: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1024,
        description:
          "Live: signature of a landed transaction, which is verified field by field. Test mode takes any text.",
      }),
    ),
    payerAddress: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: "Live: the payer's wallet. Test mode takes any text.",
      }),
    ),
    transactionHash: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1024, description: "Same as signature." }),
    ),
    transaction: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: "Live: a transaction of this intent that a wallet signed, base64.",
      }),
    ),
    payeeSigns: Type.Optional(
      Type.Boolean({
        description:
          "Live: true if the payee accepts the terms in the same transaction. Default: false; the payee accepts later.",
      }),
    ),
    feePayer: Type.Optional(
      oneOf(
        ["sponsor", "payer"],
        "Live: `sponsor` or `payer`, who pays fee and rent. With `payer`, the payer's wallet sends the transactions itself, one part at a time. Default: sponsor.",
      ),
    ),
    releaseConsent: Type.Optional(
      Type.String({
        minLength: 64,
        maxLength: 128,
        description:
          "Live: the payer's signature of the release consent's message, base64 or base58.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type ConfirmBody = Static<typeof ConfirmBody>;

const PhaseSchema = Type.Object({
  phase: oneOf(PHASES),
  status: oneOf(PHASE_STATUSES),
  timestamp: Type.Integer({ description: "Unix seconds." }),
});

/** One policy on chain, with the milestones it holds. */
export const PartSchema = Type.Object({
  part: Type.Integer(),
  firstMilestone: Type.Integer(),
  milestones: Type.Integer({ description: "Number of milestones in this policy." }),
  state: Type.String({ enum: ["planned", "funded", "ended", "closed"] }),
  policy: orNull(Type.String()),
  escrow: orNull(Type.String()),
  vault: orNull(Type.String()),
  signature: orNull(Type.String()),
  slot: orNull(Type.Integer()),
});

const IntentStatusSchema = oneOf(INTENT_STATUSES);

/** An intent as the API shows it. */
export const IntentData = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("payment_intent"),
    status: IntentStatusSchema,
    amount: Type.String(),
    currency: oneOf(CURRENCIES),
    type: oneOf(INTENT_TYPES),
    description: orNull(Type.String()),
    settlementMethod: oneOf(SETTLEMENT_METHODS),
    settlementDestination: orNull(Type.String()),
    settlementStatus: orNull(oneOf(INTENT_SETTLEMENT_STATUSES)),
    releaseType: orNull(oneOf(RELEASE_TYPES)),
    autoRelease: Type.Boolean(),
    timeLockUntil: orNull(Type.String({ description: "Unix seconds." })),
    deliveryPeriod: Type.Integer(),
    expectedDeliveryHash: orNull(Type.String()),
    deliveryOracle: orNull(Type.String({ description: ORACLE })),
    contractAddress: orNull(Type.String({ description: "Account that holds the terms on chain." })),
    transactionHash: orNull(Type.String({ description: "Signature of the first funding." })),
    signature: orNull(Type.String({ description: "As the confirmation brought it." })),
    signerAddress: orNull(Type.String({ description: "Wallet that paid." })),
    payerAddress: orNull(Type.String({ description: "As the confirmation brought it." })),
    recipientAddress: orNull(Type.String({ description: "Wallet that is paid." })),
    mediatorAddress: orNull(Type.String({ description: "Wallet that decides a dispute." })),
    confirmedBy: orNull(Type.String({ enum: ["sandbox", "payer"] })),
    next_action: orNull(Type.String({ description: "Action that a party must take next." })),
    problem: orNull(Type.String({ description: "Why the status is REQUIRES_ACTION." })),
    finalized: Type.Boolean({
      description:
        "False while the chain can still roll back a transaction of this intent. SUCCEEDED does not wait for it.",
    }),
    phases: Type.Array(PhaseSchema),
    warnings: Type.Array(Type.String()),
    parts: Type.Array(PartSchema),
    paymentUrl: Type.String({
      description:
        "Address of the intent's checkout page. For the key that creates or reads a single intent, its fragment is the client secret. Without a page, the address answers 404.",
    }),
    client_secret: Type.Optional(
      Type.String({
        description:
          "Secret with which a payer's page or wallet pays the intent at /actions/intents/:id. Present only when an API key creates or reads a single intent, never in lists or events.",
      }),
    ),
    metadata: orNull(Type.Unsafe<Record<string, unknown>>(Metadata)),
    created: Type.Integer(),
    updated: Type.Integer(),
  },
  { title: "PaymentIntent" },
);
export type IntentData = Static<typeof IntentData>;

/** An intent in its envelope. */
export const IntentEnvelope = envelopeOf("payment_intent", IntentStatusSchema, IntentData);
export type IntentEnvelope = Static<typeof IntentEnvelope>;
