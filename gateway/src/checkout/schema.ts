/** Shapes of the checkout page: what a payer sees with the client secret. */
import { type Static, Type } from "@sinclair/typebox";
import { INTENT_STATUSES } from "../intents/intent-status";
import { CURRENCIES, IntentEnvelope } from "../intents/schema";
import { RELEASE_TYPES } from "../intents/release-plan";

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values], ...(description && { description }) }));
const Amount = (description: string) => Type.String({ description });
const Seconds = (description: string) => Type.Integer({ description });

/** Reasons for which no wallet can pay now. */
export const OBSTACLES = ["canceled", "paid", "schedule_incomplete", "consent_needed"] as const;

const CheckoutMilestone = Type.Object({
  index: Type.Integer({ description: "Place in the order of completion, from 0." }),
  description: orNull(Type.String()),
  amount: Amount("What you pay for it, as a decimal string."),
  fee: Amount("Fees of the gateway and of the program, which the payee bears."),
  net: Amount("What the payee gets: `amount` less `fee`."),
  part: Type.Integer({ description: "Number of the policy that holds it, from 0." }),
});

const CheckoutTerms = Type.Object(
  {
    reviewPeriodSecs: Seconds("Silence after a submission that counts as approval."),
    disputeWindowSecs: Seconds("How long after a submission the payer may dispute it."),
    mediationDelaySecs: Seconds("From a dispute until mediation starts without a request."),
    mediationTimeoutSecs: Seconds("How long the mediator may decide."),
    deliveryGraceSecs: Seconds(
      "From the due date, or from a milestone's turn, until the payer may take its money back.",
    ),
    timeoutRecipientBps: Type.Integer({
      description: "The payee's share where the mediator does not decide, in basis points.",
    }),
    timeLockUntil: orNull(Type.String({ description: "Unix seconds, before which none is paid." })),
  },
  { title: "CheckoutTerms" },
);

/** What a checkout page shows of a payment. */
export const Checkout = Type.Object(
  {
    amount: Amount("Decimal string, to the last unit."),
    currency: oneOf(CURRENCIES),
    mint: Type.String({ description: "Address of the token." }),
    decimals: Type.Integer({ description: "Decimals of the token." }),
    description: orNull(Type.String()),
    merchant: Type.Object({
      name: Type.String({ description: "Name of the platform's account." }),
    }),
    payee: orNull(Type.String({ description: "Wallet that is paid." })),
    mediator: orNull(Type.String({ description: "Wallet that decides a dispute." })),
    status: oneOf(INTENT_STATUSES),
    releaseType: orNull(oneOf(RELEASE_TYPES)),
    release: Type.String({ description: "What releases the money, for the payer." }),
    silence: Type.String({ description: "What happens when the payer does nothing." }),
    terms: orNull(CheckoutTerms),
    milestones: Type.Array(CheckoutMilestone, {
      description: "Empty while the milestones do not add up.",
    }),
    fees: Type.Object({
      gatewayFeeBps: Type.Integer(),
      protocolFeeBps: Type.Integer(),
      total: Amount("Sum of the milestones' fees."),
      net: Amount("Sum of what the payee gets."),
    }),
    parts: Type.Object({
      total: Type.Integer({ description: "Transactions that pay the whole; 0 before the first." }),
      left: Type.Integer({ description: "Transactions that no wallet has sent yet." }),
    }),
    consent: Type.Object({
      needed: Type.Boolean({
        description: "True while the payer's wallet has to sign `message` before it can pay.",
      }),
      message: orNull(
        Type.String({
          description: "Text for the wallet's `signMessage`; null where none is needed.",
        }),
      ),
    }),
    obstacle: orNull(
      Type.Object({
        code: oneOf(OBSTACLES),
        message: Type.String(),
      }),
    ),
    actionUrl: Type.String({
      description: "Address for Solana Actions and Solana Pay, with the client secret.",
    }),
  },
  { title: "Checkout" },
);
export type Checkout = Static<typeof Checkout>;

/** An intent for its payer's page. */
export const PublicIntent = Type.Object(
  {
    ...IntentEnvelope.properties,
    checkout: Type.Optional(Checkout),
  },
  { title: "PublicPaymentIntent" },
);
export type PublicIntent = Static<typeof PublicIntent>;

const CLIENT_SECRET = Type.String({
  maxLength: 256,
  description: "Secret of this intent. With it, the answer has `checkout`.",
});

/** Query of a page that may have the secret. */
export const PublicQuery = Type.Object(
  { client_secret: Type.Optional(CLIENT_SECRET) },
  { additionalProperties: false },
);

/** Query of a page that has the secret. */
export const SecretQuery = Type.Object(
  { client_secret: CLIENT_SECRET },
  { additionalProperties: false },
);

/** Body of the payer's consent. */
export const ConsentBody = Type.Object(
  {
    account: Type.String({ maxLength: 64, description: "The payer's wallet, base58." }),
    signature: Type.String({
      minLength: 64,
      maxLength: 128,
      description: "The wallet's signature of `checkout.consent.message`, base64 or base58.",
    }),
  },
  { additionalProperties: false },
);
export type ConsentBody = Static<typeof ConsentBody>;
