/** Shapes of events. */
import { type Static, Type } from "@sinclair/typebox";

/** What the chain says about an event. */
export const ChainProofSchema = Type.Object(
  {
    signature: Type.String({ description: "Signature of the transaction, base58." }),
    slot: Type.Integer({ description: "Slot it landed in." }),
    account: Type.String({ description: "Address of the account whose state the event tells." }),
    accountHash: Type.Union([Type.String(), Type.Null()], {
      description:
        "SHA-256 of the account's data after the transaction, hex; null for a closed account.",
    }),
  },
  { title: "ChainProof" },
);

/** An event as the API, webhooks and the stream show it. */
export const Event = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("event"),
    type: Type.String({ description: "Name such as `milestone.completed`." }),
    mode: Type.Union([Type.Literal("test"), Type.Literal("live")]),
    objectId: Type.String({ description: "Id of the object that changed." }),
    sequence: Type.Integer({
      description: "Number of the event among those of its object, from 1 and without gaps.",
    }),
    created: Type.Integer({ description: "Unix seconds." }),
    data: Type.Unknown({ description: "The whole object after the change." }),
    chain: Type.Union([ChainProofSchema, Type.Null()], {
      description: "Proof on chain; null where no transaction caused the event.",
    }),
  },
  { title: "Event" },
);

export type Event = Static<typeof Event>;
