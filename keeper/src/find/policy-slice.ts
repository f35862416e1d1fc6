/** The part of a policy's account that plans depend on, and what the SDK's decoder makes of it. */
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { ACCOUNT_SIZE, decodeAccount, IDL, type PaymentPolicy, POLICY_OFFSET } from "@milepost/sdk";
import type { PlannedPolicy } from "./plan";

/** Bytes of `reserved` at the end of a policy (`docs/accounts.md`). */
const RESERVED_LENGTH = 20;

/** From the gateway to the funding kind: without the addresses before, and the reserved bytes after. */
export const POLICY_SLICE = {
  offset: POLICY_OFFSET.gateway,
  length: ACCOUNT_SIZE.paymentPolicy - RESERVED_LENGTH - POLICY_OFFSET.gateway,
} as const;

/** What a plan needs of a whole policy account. Throws `AccountKindError`. */
export function plannedPolicy(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): PlannedPolicy {
  return planned(decodeAccount("paymentPolicy", address, info, programId));
}

/** What a plan needs, from `POLICY_SLICE` of an account that passed the scan's filters. Throws `AccountKindError`. */
export function plannedPolicyOfSlice(
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): PlannedPolicy {
  if (info.owner.equals(programId)) {
    const read = readSlice(info.data);
    if (read) return read;
  }
  // Whatever is strange about it, the SDK has the words for.
  const data = Buffer.alloc(ACCOUNT_SIZE.paymentPolicy);
  data.set(discriminator());
  data.set(info.data.subarray(0, POLICY_SLICE.length), POLICY_SLICE.offset);
  return plannedPolicy(address, { ...info, data }, programId);
}

const MILESTONE_TAG = 1;
const SLOTS = [0, 1, 2, 3];
/** Within the slice (`docs/accounts.md`). */
const BODY = POLICY_OFFSET.policyTypeTag + 1 - POLICY_SLICE.offset;
const AT = {
  tag: BODY - 1,
  amounts: BODY,
  timestamps: BODY + 32,
  currentMilestone: BODY + 64,
  releaseCondition: BODY + 65,
  totalMilestones: BODY + 66,
  escrowAmount: BODY + 67,
  padding: BODY + 75,
  status: BODY + 128,
  updatedAt: 318 - POLICY_SLICE.offset,
  fundingKind: POLICY_SLICE.length - 1,
} as const;
const STATUSES: readonly PlannedPolicy["status"][] = [{ active: {} }, { paused: {} }];

/**
 * Read at its offsets: a scan reads a hundred thousand, and Anchor's decoder takes three times as long. Null for what no
 * policy has.
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

/** The first bytes of every policy. */
export function discriminator(): Uint8Array {
  const account = IDL.accounts.find(({ name }) => name === "paymentPolicy")!;
  return Uint8Array.from(account.discriminator);
}

/** Without the rest, of which there is much when there are many policies. */
function planned(policy: PaymentPolicy): PlannedPolicy {
  const { gateway, policyType, status, fundingKind, updatedAt } = policy;
  return { gateway, policyType, status, fundingKind, updatedAt };
}
