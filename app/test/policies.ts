/** Builds policies and escrows with valid defaults. */
import {
  DEFAULT_ESCROW_TERMS,
  type Escrow,
  type EscrowMilestone,
  FUNDING_KIND_DELEGATED,
  FUNDING_KIND_HELD,
  getEscrowPda,
  getVaultAddress,
  type Milestone,
  type PaymentPolicy,
  type UserPayment,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import BN from "bn.js";

/** Unix seconds that the builders count from. */
export const NOW = 1_800_000_000;

const zeros = (length: number) => new Array<number>(length).fill(0);
const four = (values: readonly number[]) => [0, 1, 2, 3].map((slot) => new BN(values[slot] ?? 0));

/** Returns the same address for the same number, in every run. */
export function addressOf(number: number): PublicKey {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, number + 1);
  return new PublicKey(bytes);
}

/** Wallets and accounts that the builders name. */
export const owner = addressOf(1);
export const recipient = addressOf(2);
export const mediator = addressOf(3);
export const mint = addressOf(4);
export const userPaymentAddress = addressOf(5);
export const policyAddress = addressOf(6);

/** Returns an active delegated policy of two milestones, 50 and 100 units, due at `NOW` and `NOW + 100`. */
export function policyWith(
  milestone: Partial<Milestone> & { amounts?: number[]; dueAts?: number[] } = {},
  change: Partial<PaymentPolicy> = {},
): PaymentPolicy {
  const { amounts = [50, 100], dueAts = [NOW, NOW + 100], ...rest } = milestone;
  const milestoneAmounts = four(amounts);
  return {
    userPayment: userPaymentAddress,
    recipient,
    gateway: addressOf(7),
    policyType: {
      milestone: {
        milestoneAmounts,
        milestoneTimestamps: four(dueAts),
        currentMilestone: 0,
        releaseCondition: 1,
        totalMilestones: amounts.length,
        escrowAmount: milestoneAmounts.reduce((sum, amount) => sum.add(amount), new BN(0)),
        padding: zeros(53),
        ...rest,
      },
    },
    status: { active: {} },
    memo: zeros(64),
    totalPaid: new BN(0),
    policyId: 7,
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    protocolFeeBps: 50,
    gatewayFeeBps: 100,
    bump: 255,
    rentPayer: owner,
    fundingKind: FUNDING_KIND_DELEGATED,
    reserved: zeros(20),
    ...change,
  };
}

/** Returns a held policy, released by the owner. */
export function heldPolicyWith(
  milestone: Parameters<typeof policyWith>[0] = {},
  change: Partial<PaymentPolicy> = {},
): PaymentPolicy {
  return policyWith(
    { releaseCondition: 4, ...milestone },
    { fundingKind: FUNDING_KIND_HELD, ...change },
  );
}

/** Returns an escrow of `policy` that was accepted at `NOW`, whose first milestone is as given. */
export function escrowWith(
  first: Partial<EscrowMilestone> = {},
  change: Partial<Escrow> = {},
): Escrow {
  const empty: EscrowMilestone = {
    state: { unfunded: {} },
    funded: new BN(0),
    paid: new BN(0),
    refunded: new BN(0),
    submittedAt: new BN(0),
    disputedAt: new BN(0),
    evidenceHash: zeros(32),
    reasonHash: zeros(32),
  };
  const [escrow] = getEscrowPda(policyAddress);
  return {
    ...DEFAULT_ESCROW_TERMS,
    policy: policyAddress,
    mediator,
    vault: getVaultAddress(escrow, mint),
    rentPayer: owner,
    acceptedAt: new BN(NOW),
    readyAt: new BN(NOW),
    mediationAt: new BN(0),
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    bump: 255,
    milestones: [{ ...empty, ...first }, empty, empty, empty],
    reserved: zeros(19),
    ...change,
  };
}

/** Returns the owner's `UserPayment` on the mint. */
export function userPaymentWith(change: Partial<UserPayment> = {}): UserPayment {
  return {
    owner,
    mint,
    tokenAccount: addressOf(8),
    committed: new BN(150),
    openPolicies: 1,
    nextPolicyId: 8,
    bump: 255,
    rentPayer: owner,
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    reserved: zeros(36),
    ...change,
  };
}
