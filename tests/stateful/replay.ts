/**
 * The accounts of the program, rebuilt from its events alone (invariant 20). Nothing here reads an account or knows
 * which instruction was sent.
 */
import type { PublicKey } from "@solana/web3.js";
import type BN from "bn.js";
import type { ProgramEvent } from "../world";
import { Address, NOBODY } from "./cast";
import {
  ConfigState,
  encodeConfig,
  encodeGateway,
  encodePolicy,
  encodeUserPayment,
  GatewayState,
  PolicyState,
  UserPaymentState,
} from "./layout";

/** Typed reads of an event's fields. */
export class Fields {
  constructor(private readonly data: Record<string, unknown>) {}

  private get(field: string): unknown {
    const value = this.data[field];
    if (value === undefined) throw new Error(`the event has no ${field}`);
    return value;
  }
  key = (field: string): Uint8Array => (this.get(field) as PublicKey).toBytes();
  address = (field: string): Address => (this.get(field) as PublicKey).toBase58();
  number = (field: string): number => this.get(field) as number;
  big = (field: string): bigint => BigInt((this.get(field) as BN).toString());
  bigs = (field: string): bigint[] => (this.get(field) as BN[]).map((n) => BigInt(n.toString()));
  bytes = (field: string): Uint8Array => Uint8Array.from(this.get(field) as number[]);
  variant = (field: string): string => Object.keys(this.get(field) as object)[0] as string;
  struct = (field: string): Fields => new Fields(this.get(field) as Record<string, unknown>);
}

export function found<T>(map: Map<Address, T>, address: Address): T {
  const state = map.get(address);
  if (!state) throw new Error(`an event changes ${address}, which no event created`);
  return state;
}

export class Replay {
  private readonly configs = new Map<Address, ConfigState>();
  private readonly gateways = new Map<Address, GatewayState>();
  private readonly userPayments = new Map<Address, UserPaymentState>();
  private readonly policies = new Map<Address, PolicyState>();
  /** How many events of each name were applied. */
  readonly counts = new Map<string, number>();

  /** Every account that exists by the events so far, with its exact bytes. */
  accounts(): Map<Address, Buffer> {
    const encoded = <T>(states: Map<Address, T>, encode: (state: T) => Buffer) =>
      [...states].map(([address, state]): [Address, Buffer] => [address, encode(state)]);
    return new Map([
      ...encoded(this.configs, encodeConfig),
      ...encoded(this.gateways, encodeGateway),
      ...encoded(this.userPayments, encodeUserPayment),
      ...encoded(this.policies, encodePolicy),
    ]);
  }

  apply({ name, data }: ProgramEvent): void {
    const reducer = this.reducers[name];
    if (!reducer) throw new Error(`no reducer for ${name}`);
    reducer(new Fields(data));
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  private readonly reducers: Record<string, (event: Fields) => void> = {
    ConfigInitialized: (event) => {
      this.configs.set(event.address("config"), {
        authority: event.address("authority"),
        pendingAuthority: NOBODY,
        feeRecipient: event.address("fee_recipient"),
        protocolFeeBps: event.number("protocol_fee_bps"),
        isPaused: false,
        bump: event.number("bump"),
      });
    },
    ConfigUpdated: (event) => {
      const config = found(this.configs, event.address("config"));
      config.pendingAuthority = event.address("pending_authority");
      config.feeRecipient = event.address("fee_recipient");
      config.protocolFeeBps = event.number("protocol_fee_bps");
      config.isPaused = event.number("is_paused") === 1;
    },
    AuthorityAccepted: (event) => {
      const config = found(this.configs, event.address("config"));
      config.authority = event.address("authority");
      config.pendingAuthority = NOBODY;
    },
    GatewayCreated: (event) => {
      this.gateways.set(event.address("gateway"), {
        authority: event.address("authority"),
        signer: event.address("signer"),
        feeRecipient: event.address("fee_recipient"),
        feeBps: event.number("fee_bps"),
        name: event.bytes("name"),
        url: event.bytes("url"),
        openPolicies: 0,
        bump: event.number("bump"),
        rentPayer: event.address("rent_payer"),
        createdAt: event.big("created_at"),
        updatedAt: event.big("created_at"),
        keeperRewardBps: 0,
      });
    },
    GatewayUpdated: (event) => {
      const gateway = found(this.gateways, event.address("gateway"));
      gateway.signer = event.address("signer");
      gateway.feeRecipient = event.address("fee_recipient");
      gateway.feeBps = event.number("fee_bps");
      gateway.name = event.bytes("name");
      gateway.url = event.bytes("url");
      gateway.updatedAt = event.big("updated_at");
    },
    KeeperRewardSet: (event) => {
      const gateway = found(this.gateways, event.address("gateway"));
      gateway.keeperRewardBps = event.number("keeper_reward_bps");
      gateway.updatedAt = event.big("updated_at");
    },
    GatewayClosed: (event) => {
      this.gateways.delete(event.address("gateway"));
    },
    UserPaymentCreated: (event) => {
      this.userPayments.set(event.address("user_payment"), {
        owner: event.address("owner"),
        mint: event.address("mint"),
        tokenAccount: event.address("token_account"),
        committed: 0n,
        openPolicies: 0,
        nextPolicyId: event.number("next_policy_id"),
        bump: event.number("bump"),
        rentPayer: event.address("rent_payer"),
        createdAt: event.big("created_at"),
        updatedAt: event.big("created_at"),
      });
    },
    UserPaymentClosed: (event) => {
      this.userPayments.delete(event.address("user_payment"));
    },
    PolicyCreated: (event) => {
      const milestone = event.struct("milestone");
      const createdAt = event.big("created_at");
      const userPayment = found(this.userPayments, event.address("user_payment"));
      userPayment.committed = event.big("committed");
      userPayment.openPolicies += 1;
      userPayment.nextPolicyId = event.number("policy_id") + 1;
      userPayment.updatedAt = createdAt;
      found(this.gateways, event.address("gateway")).openPolicies += 1;
      this.policies.set(event.address("policy"), {
        userPayment: event.address("user_payment"),
        recipient: event.address("recipient"),
        gateway: event.address("gateway"),
        amounts: milestone.bigs("milestone_amounts"),
        timestamps: milestone.bigs("milestone_timestamps"),
        currentMilestone: milestone.number("current_milestone"),
        releaseCondition: milestone.number("release_condition"),
        totalMilestones: milestone.number("total_milestones"),
        escrowAmount: milestone.big("escrow_amount"),
        isPaused: false,
        memo: event.bytes("memo"),
        totalPaid: 0n,
        policyId: event.number("policy_id"),
        createdAt,
        updatedAt: createdAt,
        protocolFeeBps: event.number("protocol_fee_bps"),
        gatewayFeeBps: event.number("gateway_fee_bps"),
        bump: event.number("bump"),
        rentPayer: event.address("rent_payer"),
      });
    },
    PaymentExecuted: (event) => {
      const policy = found(this.policies, event.address("policy"));
      policy.currentMilestone = event.number("current_milestone");
      policy.isPaused = event.variant("status") === "Paused";
      policy.totalPaid = event.big("total_paid");
      policy.updatedAt = event.big("executed_at");
      const userPayment = found(this.userPayments, policy.userPayment);
      userPayment.committed = event.big("committed");
      userPayment.updatedAt = event.big("executed_at");
    },
    PolicyStatusChanged: (event) => {
      const policy = found(this.policies, event.address("policy"));
      policy.isPaused = event.variant("status") === "Paused";
      policy.updatedAt = event.big("updated_at");
    },
    PolicyDeleted: (event) => {
      this.policies.delete(event.address("policy"));
      found(this.gateways, event.address("gateway")).openPolicies -= 1;
      const userPayment = found(this.userPayments, event.address("user_payment"));
      userPayment.committed = event.big("committed");
      userPayment.openPolicies -= 1;
      userPayment.updatedAt = event.big("deleted_at");
    },
    // Change token accounts only.
    KeeperRewarded: (event) => {
      found(this.policies, event.address("policy"));
    },
    DelegationSynced: (event) => {
      found(this.userPayments, event.address("user_payment"));
    },
  };
}
