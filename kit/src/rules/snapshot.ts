import type * as Rules from "@milepost/sdk/rules";
import type { Address } from "@solana/kit";
import type {
  Escrow,
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
} from "../generated/accounts";
import {
  toRuleConfig,
  toRuleEscrow,
  toRuleGateway,
  toRulePolicy,
  toRuleUserPayment,
} from "./accounts";
import { type InKit, toRuleAddress, toRuleInteger, toRules } from "./convert";

/** Facts about a mint: its token program, decimals and unsupported extensions. */
export type MintState = InKit<Rules.MintState>;
/** Facts about a token account: owner, mint, amount, delegate, and what it refuses. */
export type TokenAccountState = InKit<Rules.TokenAccountState>;
/** Token account that a release pays into; `state` is null while it does not exist. */
export type Destination = InKit<Rules.Destination>;

/** State that a release depends on; `fetchReleaseSnapshot` reads it. */
export interface ReleaseSnapshot {
  /** Address of the policy. */
  policyAddress: Address;
  /** Account of the policy. */
  policy: PaymentPolicy;
  /** Account of the owner on the policy's mint. */
  userPayment: UserPayment;
  /** Account of the policy's gateway. */
  gateway: PaymentGateway;
  /** Address of the program-wide settings. */
  configAddress: Address;
  /** Account of the program-wide settings. */
  config: ProgramConfig;
  /** Mint of the policy; null when its account does not exist any more. */
  mint: MintState | null;
  /** Escrow of a held policy; absent from a delegated one, and once it is closed. */
  escrow?: {
    /** Address of the escrow. */
    address: Address;
    /** Account of the escrow. */
    account: Escrow;
  };
  /** Account that pays: the vault of a held policy, the owner's of a delegated one; null when it does not exist. */
  source: TokenAccountState | null;
  /** Token account that receives the recipient's share. */
  recipientDestination: Destination;
  /** Token account that receives the gateway's fee, and a held policy's platform fee. */
  gatewayFeeDestination: Destination;
  /** Token account that receives the protocol's fee. */
  protocolFeeDestination: Destination;
  /** Unix seconds by the chain's clock. */
  now: bigint;
}

/** Amounts of token accounts are bigints in the rules as well. */
type WithAmounts = { amount: bigint; delegatedAmount: bigint };

/** Returns the token account as the rules read it. */
export function toRuleTokenAccount(account: TokenAccountState): Rules.TokenAccountState {
  const { amount, delegatedAmount, ...fields } = account;
  return {
    ...toRules<Omit<Rules.TokenAccountState, keyof WithAmounts>>(fields),
    amount,
    delegatedAmount,
  };
}

function toRuleDestination({ state, insteadOf, ...fields }: Destination): Rules.Destination {
  return {
    ...toRules<Omit<Rules.Destination, "state" | "insteadOf">>(fields),
    state: state && toRuleTokenAccount(state),
    ...(insteadOf && {
      insteadOf: { ...insteadOf, address: toRuleAddress(insteadOf.address) },
    }),
  };
}

/** Returns the snapshot as the rules read it. */
export function toRuleSnapshot(snapshot: ReleaseSnapshot): Rules.ReleaseSnapshot {
  const { escrow, mint, source } = snapshot;
  return {
    policyAddress: toRuleAddress(snapshot.policyAddress),
    policy: toRulePolicy(snapshot.policy),
    userPayment: toRuleUserPayment(snapshot.userPayment),
    gateway: toRuleGateway(snapshot.gateway),
    configAddress: toRuleAddress(snapshot.configAddress),
    config: toRuleConfig(snapshot.config),
    mint: mint && toRules<Rules.MintState>(mint, ["unsupportedExtensions"]),
    ...(escrow && {
      escrow: { address: toRuleAddress(escrow.address), account: toRuleEscrow(escrow.account) },
    }),
    source: source && toRuleTokenAccount(source),
    recipientDestination: toRuleDestination(snapshot.recipientDestination),
    gatewayFeeDestination: toRuleDestination(snapshot.gatewayFeeDestination),
    protocolFeeDestination: toRuleDestination(snapshot.protocolFeeDestination),
    now: toRuleInteger(snapshot.now),
  };
}
