/** Shapes of transactions that wallets sign. */
import { Type } from "@sinclair/typebox";

/** Fields of every unsigned transaction. */
export const SIGNING_FIELDS = {
  transaction: Type.String({ description: "Unsigned transaction for the wallet, base64." }),
  message: Type.String({ description: "Bytes that each wallet signs, base64." }),
  signers: Type.Array(Type.String(), {
    description: "Wallets that must sign, base58. The gateway's sponsor signs last.",
  }),
  expiresAt: Type.Integer({
    description:
      "Chain time, in Unix seconds, from which the transaction can no longer land. Request a new one then.",
  }),
};

/** Text of a signed transaction that comes back. */
export const SignedTransactionText = Type.String({
  minLength: 1,
  maxLength: 4096,
  description: "Signed transaction, base64. Its message must be exactly what this gateway built.",
});
