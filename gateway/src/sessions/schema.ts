/** Shapes of wallet sessions. */
import { type Static, Type } from "@sinclair/typebox";

const Address = Type.String({
  minLength: 32,
  maxLength: 44,
  description: "Solana address, base58.",
});

const Mode = Type.Union([Type.Literal("test"), Type.Literal("live")]);

/** Body of a new challenge. */
export const SessionChallengeBody = Type.Object(
  {
    address: Address,
    mode: Type.Optional(
      Type.Union([Type.Literal("test"), Type.Literal("live")], {
        description:
          "Chain of the session. Default: live, or test where the gateway serves no other.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type SessionChallengeBody = Static<typeof SessionChallengeBody>;

/** A text for the wallet to sign. */
export const SessionChallengeView = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("wallet_session_challenge"),
    address: Address,
    message: Type.String({ description: "Text for the wallet's `signMessage`, as UTF-8." }),
    expires: Type.Integer({ description: "Unix seconds." }),
  },
  { title: "WalletSessionChallenge" },
);
export type SessionChallengeView = Static<typeof SessionChallengeView>;

/** Body of a new session. */
export const NewSessionBody = Type.Object(
  {
    challenge: Type.String({ maxLength: 64, description: "Id of the challenge." }),
    signature: Type.String({
      minLength: 64,
      maxLength: 128,
      description: "The wallet's signature of the challenge's message, base64 or base58.",
    }),
  },
  { additionalProperties: false },
);
export type NewSessionBody = Static<typeof NewSessionBody>;

/** A session. */
export const WalletSessionView = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("wallet_session"),
    address: Address,
    mode: Mode,
    csrfToken: Type.String({
      description: "Every request of the session except GET and HEAD sends it as `X-CSRF-Token`.",
    }),
    expires: Type.Integer({ description: "Unix seconds." }),
    isOperator: Type.Boolean({
      description: "True for the authority of the gateway's account on chain.",
    }),
    accounts: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
      description: "Accounts that the wallet administers. `Milepost-Account` names one of them.",
    }),
  },
  { title: "WalletSession" },
);
export type WalletSessionView = Static<typeof WalletSessionView>;

/** Answer after a session has ended. */
export const EndedSessionView = Type.Object({
  id: Type.String(),
  object: Type.Literal("wallet_session"),
  deleted: Type.Literal(true),
});
