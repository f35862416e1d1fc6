/** `execute_payment` where the money is in a vault: the escrow follows the eleven accounts of a delegated policy. */
import {
  CONFIG,
  copies,
  DUPLICATE,
  ESCROW,
  EXECUTE_MOVED_UP,
  exactly,
  exactlyWritable,
  gateway,
  type InstructionVerdicts,
  movedUp,
  policyWritable,
  signer,
  TOKEN_PROGRAM,
  userPaymentWritable,
} from "./by-kind";
import { destination, dueDestination } from "./escrow-money";
import {
  CONFIG_SLOT,
  GATEWAY_SLOT,
  MINT_SLOT,
  pairs,
  receives,
  signs,
  TOKEN_PROGRAM_SLOT,
} from "./pairs";

export const EXECUTE_HELD_VERDICTS: InstructionVerdicts = {
  slots: movedUp(
    {
      executor: signer("InvalidSigner", "InvalidSigner"),
      config: CONFIG,
      gateway: gateway("InvalidGateway"),
      user_payment: userPaymentWritable("InvalidUserPayment", "InvalidUserPayment"),
      policy: policyWritable({
        "another owner's policy": "InvalidUserPayment",
        "the policy of another mint": "InvalidUserPayment",
        "the policy of another gateway": "InvalidGateway",
        // A delegated one is paid by the owner's account, and no vault is that.
        "the owner's other policy": "InvalidTokenAccount",
        "the owner's other held policy": "InvalidEscrow",
      }),
      mint: { ...exactly("InvalidMint"), ...copies("InvalidMint") },
      token_account: { ...exactlyWritable("InvalidVault"), ...copies("InvalidVault") },
      recipient_token_account: destination("InvalidRecipientTokenAccount"),
      gateway_fee_account: dueDestination("InvalidGatewayFeeAccount"),
      protocol_fee_account: dueDestination("InvalidProtocolFeeAccount"),
      token_program: TOKEN_PROGRAM,
      escrow: {
        ...ESCROW,
        // What a delegated policy may leave out or fill with the program's id.
        missing: "InvalidEscrow",
        "the program itself": "InvalidEscrow",
      },
    },
    // The escrow is the token program then, and none follows.
    { ...EXECUTE_MOVED_UP, token_program: "InvalidEscrow" },
  ),
  exclusive: ["user_payment", "policy", "token_account"],
  duplicates: {
    ...pairs({
      executor: signs("InvalidSigner", "InvalidSigner"),
      config: CONFIG_SLOT,
      gateway: GATEWAY_SLOT,
      mint: MINT_SLOT,
      recipient_token_account: receives("InvalidRecipientTokenAccount"),
      gateway_fee_account: receives("InvalidGatewayFeeAccount"),
      protocol_fee_account: receives("InvalidProtocolFeeAccount"),
      token_program: TOKEN_PROGRAM_SLOT,
    }),
    // Loaded after all the others, and compared with the mutable ones among them.
    "executor <- escrow": "InvalidSigner",
    "config <- escrow": "InvalidAccountData",
    "gateway <- escrow": "InvalidAccountData",
    "user_payment <- escrow": "InvalidAccountData",
    "policy <- escrow": "InvalidAccountData",
    "mint <- escrow": "InvalidMint",
    "token_account <- escrow": DUPLICATE,
    "recipient_token_account <- escrow": "InvalidRecipientTokenAccount",
    "gateway_fee_account <- escrow": "InvalidGatewayFeeAccount",
    "protocol_fee_account <- escrow": "InvalidProtocolFeeAccount",
    "token_program <- escrow": "InvalidTokenProgram",
    "escrow <- executor": "AccountDataTooSmall",
    "escrow <- config": "AccountDataTooSmall",
    "escrow <- gateway": "AccountDataTooSmall",
    "escrow <- user_payment": DUPLICATE,
    "escrow <- policy": DUPLICATE,
    "escrow <- mint": "AccountDataTooSmall",
    "escrow <- token_account": DUPLICATE,
    "escrow <- recipient_token_account": "AccountDataTooSmall",
    "escrow <- gateway_fee_account": "AccountDataTooSmall",
    "escrow <- protocol_fee_account": "AccountDataTooSmall",
    "escrow <- token_program": "ConstraintMut",
  },
};
