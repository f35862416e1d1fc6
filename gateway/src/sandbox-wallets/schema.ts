/** Shapes of the sandbox's wallets. */
import { type Static, Type } from "@sinclair/typebox";

/** Roles that have a wallet. */
export const WALLET_ROLES = ["payer", "payee", "mediator", "operator"] as const;

/** A role of `WALLET_ROLES`. */
export type WalletRole = (typeof WALLET_ROLES)[number];

const Base64 = (maxLength: number) =>
  Type.String({ minLength: 4, maxLength, pattern: "^[A-Za-z0-9+/]+={0,2}$" });

/** Path of one wallet. */
export const WalletParams = Type.Object({
  role: Type.Unsafe<WalletRole>(Type.String({ enum: [...WALLET_ROLES] })),
});

/** Transactions to sign, base64. A transaction has 1,232 bytes at most. */
export const SignTransactionsBody = Type.Object(
  { transactions: Type.Array(Base64(1_644), { minItems: 1, maxItems: 20 }) },
  { additionalProperties: false },
);
export type SignTransactionsBody = Static<typeof SignTransactionsBody>;

/** A message to sign, base64. */
export const SignMessageBody = Type.Object(
  { message: Base64(65_536) },
  { additionalProperties: false },
);
export type SignMessageBody = Static<typeof SignMessageBody>;
