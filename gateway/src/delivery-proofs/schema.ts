/** Shapes of delivery proofs. */
import { type Static, Type } from "@sinclair/typebox";
import { HASH_PATTERN } from "../chain/hash";
import { envelopeOf } from "../http/envelope";
import { Label } from "../milestones/schema";

/** Body of a new proof. */
export const DeliveryProofBody = Type.Object(
  {
    proofHash: Type.String({
      pattern: HASH_PATTERN,
      description: "32 bytes in hex, not all zero, with or without 0x.",
    }),
    submittedBy: Label,
    proofURI: Type.Optional(Type.String({ maxLength: 2048 })),
    submitTxHash: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
);
export type DeliveryProofBody = Static<typeof DeliveryProofBody>;

export const DeliveryProofData = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("delivery_proof"),
    escrowOrderId: Type.String(),
    paymentIntentId: Type.String(),
    proofHash: Type.String(),
    proofURI: Type.Union([Type.String(), Type.Null()]),
    submittedBy: Type.String(),
    submittedAt: Type.String({ description: "Unix seconds of the chain." }),
    transactionHash: Type.Union([Type.String(), Type.Null()], {
      description: "Transaction that put the proof on chain as evidence; null if none did.",
    }),
    createdAt: Type.String({ format: "date-time" }),
  },
  { title: "DeliveryProof" },
);

export const DeliveryProofEnvelope = envelopeOf(
  "delivery_proof",
  Type.Literal("submitted"),
  DeliveryProofData,
);
export type DeliveryProofEnvelope = Static<typeof DeliveryProofEnvelope>;
