/** What the owner does: UserPayments, status, deletion, delegation. */
import {
  ALLOWED,
  copies,
  exactly,
  exactlyWritable,
  gatewayWritable,
  type InstructionVerdicts,
  PAYER,
  policyWritable,
  signer,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  userPayment,
  userPaymentWritable,
  VACANT,
} from "./by-kind";

const UNSIGNED = "MissingRequiredSignature";
const TOKEN_ACCOUNT = {
  ...exactlyWritable("InvalidTokenAccount"),
  ...copies("InvalidTokenAccount"),
};

export const OWNER: Record<string, InstructionVerdicts> = {
  create_user_payment: {
    slots: {
      payer: PAYER,
      // The token account is not the stranger's.
      owner: signer("InvalidTokenAccount", UNSIGNED),
      user_payment: VACANT,
      mint: {
        // Not owned by the token program; if it is, then not a mint; if it is, then not the token account's.
        ...exactly("InvalidTokenProgram"),
        "another mint": "InvalidTokenAccount",
        "another owner's token account": "InvalidMint",
        "the vault of the owner's other policy": "InvalidMint",
        "the escrow's token account beside its vault": "InvalidMint",
        "its owner's token account of another mint": "InvalidMint",
        "its owner's second token account": "InvalidMint",
        "its bytes under another program": "InvalidTokenProgram",
        "zero bytes under the right program": "InvalidMint",
      },
      token_account: {
        ...exactly("InvalidTokenAccount"),
        ...copies("InvalidTokenAccount"),
        "its owner's second token account": ALLOWED,
      },
      token_program: TOKEN_PROGRAM,
      system_program: SYSTEM_PROGRAM,
    },
    exclusive: ["user_payment"],
    duplicates: {
      "payer <- owner": ALLOWED,
      "payer <- mint": UNSIGNED,
      "payer <- token_account": UNSIGNED,
      "payer <- token_program": UNSIGNED,
      "payer <- system_program": UNSIGNED,
      "owner <- payer": "InvalidTokenAccount",
      "owner <- mint": UNSIGNED,
      "owner <- token_account": UNSIGNED,
      "owner <- token_program": UNSIGNED,
      "owner <- system_program": UNSIGNED,
      "mint <- payer": "InvalidTokenProgram",
      "mint <- owner": "InvalidTokenProgram",
      "mint <- token_account": "InvalidMint",
      "mint <- token_program": "InvalidTokenProgram",
      "mint <- system_program": "InvalidTokenProgram",
      "token_account <- payer": "InvalidTokenAccount",
      "token_account <- owner": "InvalidTokenAccount",
      "token_account <- mint": "InvalidTokenAccount",
      "token_account <- token_program": "InvalidTokenAccount",
      "token_account <- system_program": "InvalidTokenAccount",
      "token_program <- payer": "InvalidTokenProgram",
      "token_program <- owner": "InvalidTokenProgram",
      "token_program <- mint": "InvalidTokenProgram",
      "token_program <- token_account": "InvalidTokenProgram",
      "token_program <- system_program": "InvalidTokenProgram",
      "system_program <- payer": "ConstraintExecutable",
      "system_program <- owner": "ConstraintExecutable",
      "system_program <- mint": "ConstraintExecutable",
      "system_program <- token_account": "ConstraintExecutable",
      "system_program <- token_program": "IncorrectProgramId",
    },
  },
  close_user_payment: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      // The one of another mint is the owner's as well, and has a policy.
      user_payment: userPaymentWritable("InvalidOwner", "UserPaymentHasOpenPolicies"),
      rent_payer: exactlyWritable("InvalidRentPayer"),
    },
    exclusive: ["user_payment"],
    duplicates: {
      "owner <- rent_payer": "InvalidOwner",
      "rent_payer <- owner": "InvalidRentPayer",
    },
  },
  change_payment_policy_status: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      user_payment: userPayment("InvalidOwner", "InvalidUserPayment"),
      policy: policyWritable({
        "another owner's policy": "InvalidUserPayment",
        "the policy of another mint": "InvalidUserPayment",
        // Both are the owner's own, under the same UserPayment.
        "the policy of another gateway": ALLOWED,
        "the owner's other policy": ALLOWED,
        // Cannot be paused: its recipient relies on it.
        "the owner's other held policy": "PolicyHasEscrow",
      }),
    },
    exclusive: ["policy"],
    duplicates: {
      "owner <- user_payment": UNSIGNED,
      "user_payment <- owner": "IllegalOwner",
    },
  },
  delete_payment_policy: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      gateway: gatewayWritable("InvalidGateway"),
      user_payment: userPaymentWritable("InvalidOwner", "InvalidUserPayment"),
      policy: policyWritable({
        "another owner's policy": "InvalidUserPayment",
        "the policy of another mint": "InvalidUserPayment",
        "the policy of another gateway": "InvalidGateway",
        "the owner's other policy": ALLOWED,
        "the owner's other held policy": "PolicyHasEscrow",
      }),
      token_account: TOKEN_ACCOUNT,
      token_program: TOKEN_PROGRAM,
      rent_payer: exactlyWritable("InvalidRentPayer"),
    },
    exclusive: ["gateway", "user_payment", "policy", "token_account"],
    duplicates: {
      "owner <- token_program": UNSIGNED,
      "owner <- rent_payer": "InvalidOwner",
      "token_program <- owner": "InvalidTokenProgram",
      "token_program <- rent_payer": "InvalidTokenProgram",
      "rent_payer <- owner": "InvalidRentPayer",
      "rent_payer <- token_program": "ConstraintMut",
    },
  },
  sync_delegation: {
    slots: {
      owner: signer("InvalidOwner", UNSIGNED),
      // The one of another mint is the owner's, and names another token account.
      user_payment: userPayment("InvalidOwner", "InvalidTokenAccount"),
      token_account: TOKEN_ACCOUNT,
      // Under the other token program, this is not a token account.
      token_program: { ...TOKEN_PROGRAM, "the other token program": "InvalidTokenAccount" },
    },
    exclusive: ["token_account"],
    duplicates: {
      "owner <- user_payment": UNSIGNED,
      "owner <- token_program": UNSIGNED,
      "user_payment <- owner": "IllegalOwner",
      "user_payment <- token_program": "IllegalOwner",
      "token_program <- owner": "InvalidTokenProgram",
      "token_program <- user_payment": "InvalidTokenProgram",
    },
  },
};
