/** Builders of the config's and the gateway's instructions, valid by default. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { programDataAddress } from "../harness";
import { type Accounts, instruction } from "./instructions";
import { WorldAccounts } from "./world-accounts";

export abstract class AdminInstructions extends WorldAccounts {
  initializeConfig(
    args: { feeRecipient?: PublicKey; protocolFeeBps?: number } = {},
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "initialize_config",
      {
        fee_recipient: args.feeRecipient ?? this.key("protocolFees"),
        protocol_fee_bps: args.protocolFeeBps ?? 0,
      },
      {
        payer: this.key("payer"),
        upgrade_authority: this.key("upgradeAuthority"),
        config: this.config,
        program_data: programDataAddress(),
        ...accounts,
      },
    );
  }

  updateConfig(
    args: {
      feeRecipient?: PublicKey;
      protocolFeeBps?: number;
      isPaused?: boolean;
      pendingAuthority?: PublicKey;
    },
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "update_config",
      {
        fee_recipient: args.feeRecipient ?? null,
        protocol_fee_bps: args.protocolFeeBps ?? null,
        is_paused: args.isPaused ?? null,
        pending_authority: args.pendingAuthority ?? null,
      },
      { authority: this.key("upgradeAuthority"), config: this.config, ...accounts },
    );
  }

  acceptAuthority(accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "accept_authority",
      {},
      { pending_authority: this.key("stranger"), config: this.config, ...accounts },
    );
  }

  createGateway(
    args: { signer?: PublicKey; feeRecipient?: PublicKey; feeBps?: number } = {},
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "create_gateway",
      {
        signer: args.signer ?? this.key("gatewaySigner"),
        fee_recipient: args.feeRecipient ?? this.key("gatewayFees"),
        fee_bps: args.feeBps ?? 0,
        name: text("gateway", 32),
        url: text("https://gateway.example", 64),
      },
      {
        payer: this.key("payer"),
        authority: this.key("gatewayAuthority"),
        gateway: this.gateway,
        ...accounts,
      },
    );
  }

  updateGateway(
    args: {
      signer?: PublicKey;
      feeRecipient?: PublicKey;
      feeBps?: number;
      name?: string;
      url?: string;
    },
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "update_gateway",
      {
        signer: args.signer ?? null,
        fee_recipient: args.feeRecipient ?? null,
        fee_bps: args.feeBps ?? null,
        name: args.name === undefined ? null : text(args.name, 32),
        url: args.url === undefined ? null : text(args.url, 64),
      },
      { authority: this.key("gatewayAuthority"), gateway: this.gateway, ...accounts },
    );
  }

  setKeeperReward(bps: number, accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "set_keeper_reward",
      { keeper_reward_bps: bps },
      { authority: this.key("gatewayAuthority"), gateway: this.gateway, ...accounts },
    );
  }

  closeGateway(accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "close_gateway",
      {},
      {
        authority: this.key("gatewayAuthority"),
        gateway: this.gateway,
        rent_payer: this.key("payer"),
        ...accounts,
      },
    );
  }
}

function text(value: string, length: number): number[] {
  const bytes = new TextEncoder().encode(value);
  return Array.from({ length }, (_, i) => bytes[i] ?? 0);
}
