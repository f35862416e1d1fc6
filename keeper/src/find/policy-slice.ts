/** The part of a policy's account that plans depend on, and what the SDK's decoder makes of it. */
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { ACCOUNT_SIZE, decodeAccount, IDL, type PaymentPolicy, POLICY_OFFSET } from "@milepost/sdk";
import type { PlannedPolicy } from "./plan";

/** Bytes from the gateway to the funding kind, without the addresses before them and the reserved bytes after them. */
export const POLICY_SLICE = {
  offset: POLICY_OFFSET.gateway,
  length: POLICY_OFFSET.fundingKind + 1 - POLICY_OFFSET.gateway,
} as const;

/** Reads what a plan needs from a whole policy account. Throws `AccountKindError`. */
export function plannedPolicy(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): PlannedPolicy {
  return planned(decodeAccount("paymentPolicy", address, info, programId));
}

/** Reads what a plan needs from the `POLICY_SLICE` of an account that passed the scan's filters. Throws `AccountKindError`. */
export function plannedPolicyOfSlice(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): PlannedPolicy {
  if (info.owner.equals(programId)) {
    const read = readSlice(info.data);
    if (read) return read;
  }
  // The SDK reports what is wrong with the account.
  const data = Buffer.alloc(ACCOUNT_SIZE.paymentPolicy);
  data.set(discriminator());
  data.set(info.data.subarray(0, POLICY_SLICE.length), POLICY_SLICE.offset);
  return plannedPolicy(address, { ...info, data }, programId);
}

const MILESTONE_TAG = 1;
const SLOTS = [0, 1, 2, 3];
/** Returns the offset within the slice. */
const inSlice = (field: keyof typeof POLICY_OFFSET) => POLICY_OFFSET[field] - POLICY_SLICE.offset;
const AT = {
  tag: inSlice("policyTypeTag"),
  amounts: inSlice("milestoneAmounts"),
  timestamps: inSlice("milestoneTimestamps"),
  currentMilestone: inSlice("currentMilestone"),
  releaseCondition: inSlice("releaseCondition"),
  totalMilestones: inSlice("totalMilestones"),
  escrowAmount: inSlice("escrowAmount"),
  padding: inSlice("escrowAmount") + 8,
  status: inSlice("status"),
  updatedAt: inSlice("updatedAt"),
  fundingKind: inSlice("fundingKind"),
} as const;
const STATUSES: readonly PlannedPolicy["status"][] = [{ active: {} }, { paused: {} }];

/**
 * Reads the slice at its offsets: a scan reads a hundred thousand, and Anchor's decoder takes three times as long.
 * Returns null for values that no policy has.
 */
function readSlice(data: Buffer): PlannedPolicy | null {
  const status = STATUSES[data[AT.status] ?? -1];
  const isWhole = data.length === POLICY_SLICE.length;
  if (!isWhole || !status || data[AT.tag] !== MILESTONE_TAG) return null;
  const unsigned = (at: number) => new BN(data.subarray(at, at + 8), "le");
  const signed = (at: number) => unsigned(at).fromTwos(64);
  return {
    gateway: new PublicKey(data.subarray(0, 32)),
    policyType: {
      milestone: {
        milestoneAmounts: SLOTS.map((slot) => unsigned(AT.amounts + 8 * slot)),
        milestoneTimestamps: SLOTS.map((slot) => signed(AT.timestamps + 8 * slot)),
        currentMilestone: data[AT.currentMilestone]!,
        releaseCondition: data[AT.releaseCondition]!,
        totalMilestones: data[AT.totalMilestones]!,
        escrowAmount: unsigned(AT.escrowAmount),
        padding: [...data.subarray(AT.padding, AT.status)],
      },
    },
    status,
    fundingKind: data[AT.fundingKind]!,
    updatedAt: signed(AT.updatedAt),
  };
}

/** Returns the first bytes of every policy. */
export function discriminator(): Uint8Array {
  const account = IDL.accounts.find(({ name }) => name === "paymentPolicy")!;
  return Uint8Array.from(account.discriminator);
}

/** Keeps only the planned fields, as the others would fill memory when there are many policies. */
function planned(policy: PaymentPolicy): PlannedPolicy {
  const { gateway, policyType, status, fundingKind, updatedAt } = policy;
  return { gateway, policyType, status, fundingKind, updatedAt };
}
