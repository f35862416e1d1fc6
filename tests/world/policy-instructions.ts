/** Builders of the instructions on delegated policies and their `UserPayment`, valid by default. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { AdminInstructions } from "./admin-instructions";
import { type Accounts, instruction, type Schedule, scheduleArgs } from "./instructions";

export abstract class PolicyInstructions extends AdminInstructions {
  createUserPayment(
    accounts: Accounts = {},
    firstPolicyId: number | null = null,
  ): TransactionInstruction {
    return instruction(
      "create_user_payment",
      { first_policy_id: firstPolicyId },
      {
        payer: this.key("payer"),
        owner: this.key("owner"),
        user_payment: this.userPayment,
        mint: this.mint,
        token_account: this.tokens.owner,
        token_program: this.tokenProgram,
        ...accounts,
      },
    );
  }

  closeUserPayment(accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "close_user_payment",
      {},
      {
        owner: this.key("owner"),
        user_payment: this.userPayment,
        rent_payer: this.key("payer"),
        ...accounts,
      },
    );
  }

  createMilestonePolicy(
    schedule: Schedule,
    policy: PublicKey,
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction("create_milestone_policy", scheduleArgs(schedule), {
      payer: this.key("payer"),
      owner: this.key("owner"),
      config: this.config,
      gateway: this.gateway,
      user_payment: this.userPayment,
      policy,
      recipient: this.key("recipient"),
      mint: this.mint,
      token_account: this.tokens.owner,
      token_program: this.tokenProgram,
      ...accounts,
    });
  }

  executePayment(
    policy: PublicKey,
    index: number,
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "execute_payment",
      { milestone_index: index },
      {
        executor: this.key("stranger"),
        config: this.config,
        gateway: this.gateway,
        user_payment: this.userPayment,
        policy,
        mint: this.mint,
        token_account: this.tokens.owner,
        recipient_token_account: this.tokens.recipient,
        gateway_fee_account: null,
        protocol_fee_account: null,
        token_program: this.tokenProgram,
        ...accounts,
      },
    );
  }

  /** Both fee accounts, for a world with fees. */
  feeAccounts(): Accounts {
    return {
      gateway_fee_account: this.tokens.gatewayFees,
      protocol_fee_account: this.tokens.protocolFees,
    };
  }

  changeStatus(
    policy: PublicKey,
    status: "Active" | "Paused",
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "change_payment_policy_status",
      { status: { [status]: {} } },
      { owner: this.key("owner"), user_payment: this.userPayment, policy, ...accounts },
    );
  }

  deletePolicy(policy: PublicKey, accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "delete_payment_policy",
      {},
      {
        owner: this.key("owner"),
        gateway: this.gateway,
        user_payment: this.userPayment,
        policy,
        token_account: this.tokens.owner,
        token_program: this.tokenProgram,
        rent_payer: this.key("payer"),
        ...accounts,
      },
    );
  }

  syncDelegation(replaceDelegate = false, accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "sync_delegation",
      { replace_delegate: replaceDelegate },
      {
        owner: this.key("owner"),
        user_payment: this.userPayment,
        token_account: this.tokens.owner,
        token_program: this.tokenProgram,
        ...accounts,
      },
    );
  }
}
