/** Shapes of wallets. */
import { type Static, Type } from "@sinclair/typebox";
import { ID_PREFIXES } from "../ids/ids";

const Address = Type.String({
  minLength: 32,
  maxLength: 44,
  description: "Solana address, base58.",
});

/** Body of a new challenge. */
export const ChallengeBody = Type.Object({ address: Address }, { additionalProperties: false });
export type ChallengeBody = Static<typeof ChallengeBody>;

/** A text for the wallet to sign. */
export const WalletChallengeView = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("wallet_challenge"),
    address: Address,
    message: Type.String({ description: "Text for the wallet's `signMessage`, as UTF-8." }),
    expires: Type.Integer({ description: "Unix seconds." }),
  },
  { title: "WalletChallenge" },
);
export type WalletChallengeView = Static<typeof WalletChallengeView>;

/** Body of a registration. */
export const RegisterWalletBody = Type.Object(
  {
    challenge: Type.String({ maxLength: 64, description: "Id of the challenge." }),
    signature: Type.String({
      minLength: 64,
      maxLength: 128,
      description: "The wallet's signature of the challenge's message, base64 or base58.",
    }),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  },
  { additionalProperties: false },
);
export type RegisterWalletBody = Static<typeof RegisterWalletBody>;

/** A registered wallet. */
export const WalletView = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("wallet"),
    address: Address,
    label: Type.Union([Type.String(), Type.Null()]),
    created: Type.Integer({ description: "Unix seconds." }),
  },
  { title: "Wallet" },
);
export type WalletView = Static<typeof WalletView>;

/** Path of one wallet. */
export const WalletParams = Type.Object({
  walletId: Type.String({
    maxLength: 64,
    description: `Id of the wallet, such as ${ID_PREFIXES.wallet}01jdx3....`,
  }),
});
