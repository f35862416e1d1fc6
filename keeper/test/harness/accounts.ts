/** Builds the program's accounts with valid defaults, and their bytes. */
import { BorshCoder } from "@coral-xyz/anchor";
import {
  DEFAULT_ESCROW_TERMS,
  type Escrow,
  type EscrowMilestone,
  IDL,
  type Milestone,
  type PaymentGateway,
  type PaymentPolicy,
  type ProgramConfig,
} from "@milepost/sdk";
import { Keypair, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { NOW } from "./plans";

const zeros = (length: number) => new Array<number>(length).fill(0);
const coder = new BorshCoder(IDL);

export function key(name: string): PublicKey {
  return Keypair.fromSeed(Buffer.alloc(32, name)).publicKey;
}

export const GATEWAY = key("gateway");
export const GATEWAY_SIGNER = key("gateway signer");
/** Chain time of the policy's last change. */
export const UPDATED_AT = NOW - 1_000n;

/** Builds a policy with two milestones, the first due at `NOW`. */
export function policy(
  milestone: Partial<Milestone> = {},
  overrides: Partial<PaymentPolicy> = {},
): PaymentPolicy {
  return {
    userPayment: key("user payment"),
    recipient: key("recipient"),
    gateway: GATEWAY,
    policyType: {
      milestone: {
        milestoneAmounts: [5, 6, 0, 0].map((amount) => new BN(amount)),
        milestoneTimestamps: [NOW, NOW + 100n, 0n, 0n].map((time) => new BN(time.toString())),
        currentMilestone: 0,
        releaseCondition: 1,
        totalMilestones: 2,
        escrowAmount: new BN(11),
        padding: zeros(53),
        ...milestone,
      },
    },
    status: { active: {} },
    memo: zeros(64),
    totalPaid: new BN(0),
    policyId: 7,
    createdAt: new BN(UPDATED_AT.toString()),
    updatedAt: new BN(UPDATED_AT.toString()),
    protocolFeeBps: 50,
    gatewayFeeBps: 100,
    bump: 255,
    rentPayer: key("owner"),
    fundingKind: 0,
    reserved: zeros(20),
    ...overrides,
  };
}

/** Builds an accepted escrow, its first milestone funded and at its turn since `UPDATED_AT`. */
export function escrow(
  policyAddress: PublicKey,
  first: Partial<EscrowMilestone> = {},
  overrides: Partial<Escrow> = {},
): Escrow {
  const milestone = (): EscrowMilestone => ({
    state: { unfunded: {} },
    funded: new BN(0),
    paid: new BN(0),
    refunded: new BN(0),
    submittedAt: new BN(0),
    disputedAt: new BN(0),
    evidenceHash: zeros(32),
    reasonHash: zeros(32),
  });
  return {
    policy: policyAddress,
    mediator: key("mediator"),
    vault: key("vault"),
    rentPayer: key("owner"),
    ...DEFAULT_ESCROW_TERMS,
    acceptedAt: new BN(UPDATED_AT.toString()),
    readyAt: new BN(UPDATED_AT.toString()),
    mediationAt: new BN(0),
    createdAt: new BN(UPDATED_AT.toString()),
    updatedAt: new BN(UPDATED_AT.toString()),
    bump: 255,
    milestones: [
      { ...milestone(), state: { funded: {} }, funded: new BN(5), ...first },
      milestone(),
      milestone(),
      milestone(),
    ],
    reserved: zeros(19),
    ...overrides,
  };
}

export function config(overrides: Partial<ProgramConfig> = {}): ProgramConfig {
  return {
    authority: key("authority"),
    pendingAuthority: PublicKey.default,
    feeRecipient: key("fee recipient"),
    protocolFeeBps: 50,
    isPaused: 0,
    bump: 255,
    reserved: zeros(32),
    ...overrides,
  };
}

export function gatewayAccount(): PaymentGateway {
  return {
    authority: key("gateway authority"),
    signer: GATEWAY_SIGNER,
    feeRecipient: key("fee recipient"),
    feeBps: 100,
    name: zeros(32),
    url: zeros(64),
    openPolicies: 1,
    bump: 255,
    rentPayer: key("gateway authority"),
    createdAt: new BN(1),
    updatedAt: new BN(1),
    keeperRewardBps: 0,
    reserved: zeros(30),
  };
}

export function bytesOf(
  kind: "paymentPolicy" | "escrow" | "programConfig" | "paymentGateway",
  account: object,
): Promise<Buffer> {
  return coder.accounts.encode(kind, account);
}
