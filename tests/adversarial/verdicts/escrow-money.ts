/** Where money goes into a vault and comes out of it. */
import {
  ALLOWED,
  CONFIG,
  copies,
  ESCROW,
  exactly,
  exactlyWritable,
  gateway,
  type InstructionVerdicts,
  PAYER,
  policy,
  policyWritable,
  signer,
  type SlotVerdicts,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  userPayment,
  userPaymentWritable,
  VACANT,
} from "./by-kind";
import {
  CONFIG_SLOT,
  GATEWAY_SLOT,
  MINT_SLOT,
  type PairSlot,
  pairs,
  POLICY_SLOT,
  program,
  receives,
  rentPayer,
  signs,
  SYSTEM_PROGRAM_SLOT,
  TOKEN_PROGRAM_SLOT,
  USER_PAYMENT_SLOT,
} from "./pairs";

const UNSIGNED = "MissingRequiredSignature";
const MINT = { ...exactly("InvalidMint"), ...copies("InvalidMint") };
const VAULT = { ...exactlyWritable("InvalidVault"), ...copies("InvalidVault") };

/** Any token account of the mint that belongs to whom it must. */
export const destination = (error: string): SlotVerdicts => ({
  ...exactlyWritable(error),
  ...copies(error),
  "its owner's second token account": ALLOWED,
});
/** The same where the program's id leaves the account out, which it may not be: something is due. */
export const dueDestination = (error: string): SlotVerdicts => ({
  ...destination(error),
  "the program itself": error,
});

const RECIPIENT_TOKENS = "InvalidRecipientTokenAccount";
const OWNER_TOKENS = "InvalidOwnerTokenAccount";
const FEES = {
  gateway_fee_account: dueDestination("InvalidGatewayFeeAccount"),
  protocol_fee_account: dueDestination("InvalidProtocolFeeAccount"),
};
const FEE_PAIRS: Record<string, PairSlot> = {
  gateway_fee_account: receives("InvalidGatewayFeeAccount"),
  protocol_fee_account: receives("InvalidProtocolFeeAccount"),
};

const ANOTHERS = {
  "another owner's policy": "InvalidUserPayment",
  "the policy of another mint": "InvalidUserPayment",
};
const OTHERS_ESCROW = {
  "the owner's other policy": "InvalidEscrow",
  "the owner's other held policy": "InvalidEscrow",
};
/** Where the gateway is named, its policies are told apart by it; elsewhere by the escrow. */
const BY_GATEWAY = {
  ...ANOTHERS,
  "the policy of another gateway": "InvalidGateway",
  ...OTHERS_ESCROW,
};
const BY_ESCROW = {
  ...ANOTHERS,
  "the policy of another gateway": "InvalidEscrow",
  ...OTHERS_ESCROW,
};

/** From `config` on, every way in which the parties, the mediator or time divide a milestone names the same. */
const DIVISION = (ofOtherOwner: string): Record<string, SlotVerdicts> => ({
  config: CONFIG,
  gateway: gateway("InvalidGateway"),
  user_payment: userPayment(ofOtherOwner, "InvalidUserPayment"),
  policy: policyWritable(BY_GATEWAY),
  escrow: ESCROW,
  mint: MINT,
  vault: VAULT,
  recipient_token_account: dueDestination(RECIPIENT_TOKENS),
  owner_token_account: dueDestination(OWNER_TOKENS),
  ...FEES,
  token_program: TOKEN_PROGRAM,
});
const DIVISION_PAIRS: Record<string, PairSlot> = {
  config: CONFIG_SLOT,
  gateway: GATEWAY_SLOT,
  user_payment: USER_PAYMENT_SLOT,
  mint: MINT_SLOT,
  recipient_token_account: receives(RECIPIENT_TOKENS),
  owner_token_account: receives(OWNER_TOKENS),
  ...FEE_PAIRS,
  token_program: TOKEN_PROGRAM_SLOT,
};
const EXCLUSIVE = ["policy", "escrow", "vault"];

export const ESCROW_MONEY: Record<string, InstructionVerdicts> = {
  open_escrow: {
    slots: {
      payer: PAYER,
      owner: signer("InvalidOwner", UNSIGNED),
      config: CONFIG,
      user_payment: userPaymentWritable("InvalidOwner", "InvalidUserPayment"),
      policy: policyWritable({
        ...ANOTHERS,
        // The owner's own, and the escrow's address is another policy's.
        "the policy of another gateway": "InvalidAddress",
        "the owner's other policy": "InvalidAddress",
        "the owner's other held policy": "PolicyHasEscrow",
      }),
      escrow: VACANT,
      vault: {
        ...exactlyWritable("InvalidVault"),
        "already funded by somebody": ALLOWED,
        "already funded beyond its rent": ALLOWED,
        "already made, and with money in it": ALLOWED,
        // No one can: the address has no signer. The error is the associated token program's own.
        "already assigned to another program": "IllegalOwner",
      },
      mint: MINT,
      token_account: {
        ...exactlyWritable("InvalidTokenAccount"),
        ...copies("InvalidTokenAccount"),
      },
      token_program: TOKEN_PROGRAM,
      associated_token_program: exactly("IncorrectProgramId"),
      system_program: SYSTEM_PROGRAM,
    },
    exclusive: ["user_payment", "policy", "escrow", "vault", "token_account"],
    duplicates: pairs({
      payer: signs(ALLOWED),
      owner: signs("InvalidOwner"),
      config: CONFIG_SLOT,
      mint: MINT_SLOT,
      token_program: TOKEN_PROGRAM_SLOT,
      associated_token_program: program("IncorrectProgramId"),
      system_program: SYSTEM_PROGRAM_SLOT,
    }),
  },
  fund_milestones: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      config: CONFIG,
      user_payment: userPayment("InvalidOwner", "InvalidUserPayment"),
      policy: policy(BY_ESCROW),
      escrow: ESCROW,
      vault: VAULT,
      mint: MINT,
      token_account: {
        ...exactlyWritable("InvalidTokenAccount"),
        ...copies("InvalidTokenAccount"),
        // As good as the first, and empty.
        "its owner's second token account": "InsufficientFunds",
      },
      token_program: TOKEN_PROGRAM,
    },
    exclusive: ["escrow", "vault", "token_account"],
    duplicates: pairs({
      owner: signs("InvalidOwner"),
      config: CONFIG_SLOT,
      user_payment: USER_PAYMENT_SLOT,
      policy: POLICY_SLOT,
      mint: MINT_SLOT,
      token_program: TOKEN_PROGRAM_SLOT,
    }),
  },
  approve_milestone: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      config: CONFIG,
      gateway: gateway("InvalidGateway"),
      user_payment: userPayment("InvalidOwner", "InvalidUserPayment"),
      policy: policyWritable(BY_GATEWAY),
      escrow: ESCROW,
      mint: MINT,
      vault: VAULT,
      recipient_token_account: destination(RECIPIENT_TOKENS),
      ...FEES,
      token_program: TOKEN_PROGRAM,
    },
    exclusive: EXCLUSIVE,
    duplicates: pairs({
      owner: signs("InvalidOwner"),
      config: CONFIG_SLOT,
      gateway: GATEWAY_SLOT,
      user_payment: USER_PAYMENT_SLOT,
      mint: MINT_SLOT,
      recipient_token_account: receives(RECIPIENT_TOKENS),
      ...FEE_PAIRS,
      token_program: TOKEN_PROGRAM_SLOT,
    }),
  },
  resolve_dispute: {
    // Only the escrow names the mediator; the other owner's UserPayment is not the policy's.
    slots: { mediator: signer("InvalidMediator", UNSIGNED), ...DIVISION("InvalidUserPayment") },
    exclusive: EXCLUSIVE,
    duplicates: pairs({ mediator: signs("InvalidMediator"), ...DIVISION_PAIRS }),
  },
  expire_mediation: {
    slots: { executor: signer(ALLOWED, UNSIGNED), ...DIVISION("InvalidUserPayment") },
    exclusive: EXCLUSIVE,
    duplicates: pairs({ executor: signs(ALLOWED), ...DIVISION_PAIRS }),
  },
  settle_milestone: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      recipient: signer("InvalidRecipient", UNSIGNED),
      ...DIVISION("InvalidOwner"),
    },
    exclusive: EXCLUSIVE,
    duplicates: pairs({
      owner: signs("InvalidOwner"),
      recipient: signs("InvalidRecipient"),
      ...DIVISION_PAIRS,
    }),
  },
  reclaim_milestone: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      recipient: {
        ...signer("InvalidRecipient", UNSIGNED),
        // Leaves the recipient out, without whom it is not overdue.
        "the program itself": "DeliveryNotOverdue",
      },
      user_payment: userPayment("InvalidOwner", "InvalidUserPayment"),
      policy: policyWritable(BY_ESCROW),
      escrow: ESCROW,
      mint: MINT,
      vault: VAULT,
      owner_token_account: destination(OWNER_TOKENS),
      token_program: TOKEN_PROGRAM,
    },
    exclusive: EXCLUSIVE,
    duplicates: pairs({
      owner: signs("InvalidOwner"),
      recipient: signs("InvalidRecipient"),
      user_payment: USER_PAYMENT_SLOT,
      mint: MINT_SLOT,
      owner_token_account: receives(OWNER_TOKENS),
      token_program: TOKEN_PROGRAM_SLOT,
    }),
  },
  close_escrow: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      user_payment: userPayment("InvalidOwner", "InvalidUserPayment"),
      policy: policyWritable(BY_ESCROW),
      escrow: ESCROW,
      mint: MINT,
      vault: VAULT,
      owner_token_account: dueDestination(OWNER_TOKENS),
      token_program: TOKEN_PROGRAM,
      rent_payer: exactlyWritable("InvalidRentPayer"),
    },
    exclusive: EXCLUSIVE,
    duplicates: pairs({
      owner: signs("InvalidOwner"),
      user_payment: USER_PAYMENT_SLOT,
      mint: MINT_SLOT,
      owner_token_account: receives(OWNER_TOKENS),
      token_program: TOKEN_PROGRAM_SLOT,
      rent_payer: rentPayer,
    }),
  },
};
