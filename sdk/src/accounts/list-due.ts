import BN from "bn.js";
import bs58 from "bs58";
import type { GetProgramAccountsFilter, PublicKey } from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import { toReleaseCondition } from "../input/milestones";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import { getChainTime } from "../release/clock";
import { hasDueDate } from "../release/condition";
import type { Milestone, PaymentPolicy, WithAddress } from "../types";
import { decodeAccount } from "./decode";
import { addressFilter, kindFilters } from "./list";
import { fetchAccountInfos, readContext, type ReadOptions, scanAccounts } from "./read-accounts";
import { POLICY_OFFSET } from "./offsets";

export interface DuePoliciesQuery extends ReadOptions {
  /** Unix seconds; a milestone due at exactly this second counts. Default: the chain's clock. */
  before?: IntegerInput;
  recipient?: PublicKey;
  gateway?: PublicKey;
  /** Only this release condition, such as 1 for what anyone may release. */
  releaseCondition?: number;
  /** Also policies without `RELEASE_DUE_DATE`, which wait for a signer or for nobody. Default: false. */
  includeUndated?: boolean;
}

const TAG_MILESTONE = 1;
const STATUS_ACTIVE = 0;
/** Timestamps, current milestone, release condition and total: all that says whether a policy is due. */
const SLICE_LENGTH = POLICY_OFFSET.totalMilestones + 1 - POLICY_OFFSET.milestoneTimestamps;

/**
 * Active policies whose current milestone's timestamp is reached, the longest due first. Scans 35 bytes a policy and
 * fetches the whole account only of those that are due.
 * Throws `InvalidInputError`.
 * @example
 * const due = await listDuePolicies(context, { releaseCondition: 1 });
 */
export async function listDuePolicies(
  latest: MilestoneContext,
  query: DuePoliciesQuery = {},
): Promise<WithAddress<PaymentPolicy>[]> {
  const context = readContext(latest, query);
  const before =
    query.before === undefined ? await getChainTime(context) : toTimestamp(query.before, "before");
  const includeUndated = query.includeUndated ?? false;
  const scanned = await scanAccounts(context, {
    filters: filtersOf(query),
    dataSlice: { offset: POLICY_OFFSET.milestoneTimestamps, length: SLICE_LENGTH },
  });
  const addresses = scanned
    .filter(({ account }) => isDue(readSlice(account.data), before, includeUndated))
    .map(({ pubkey }) => pubkey);

  const infos = await fetchAccountInfos(context, addresses);
  const due: WithAddress<PaymentPolicy>[] = [];
  addresses.forEach((address, index) => {
    const info = infos[index];
    if (!info) return;
    const account = decodeAccount("paymentPolicy", address, info, context.programId);
    // It may have been released or paused between the scan and this read.
    const isActive = "active" in account.status;
    if (isActive && isDue(account.policyType.milestone, before, includeUndated)) {
      due.push({ address, account });
    }
  });
  return due.sort((a, b) => dueAt(a.account).cmp(dueAt(b.account)));
}

type DueFields = Pick<
  Milestone,
  "milestoneTimestamps" | "currentMilestone" | "releaseCondition" | "totalMilestones"
>;

function filtersOf(query: DuePoliciesQuery): GetProgramAccountsFilter[] {
  const byte = (offset: number, value: number) => ({
    memcmp: { offset, bytes: bs58.encode(Uint8Array.of(value)) },
  });
  const filters = [
    ...kindFilters("paymentPolicy"),
    byte(POLICY_OFFSET.policyTypeTag, TAG_MILESTONE),
    byte(POLICY_OFFSET.status, STATUS_ACTIVE),
  ];
  if (query.recipient) {
    filters.push(addressFilter(POLICY_OFFSET.recipient, toAddress(query.recipient, "recipient")));
  }
  if (query.gateway) {
    filters.push(addressFilter(POLICY_OFFSET.gateway, toAddress(query.gateway, "gateway")));
  }
  if (query.releaseCondition !== undefined) {
    const condition = toReleaseCondition(query.releaseCondition);
    filters.push(byte(POLICY_OFFSET.releaseCondition, condition));
  }
  return filters;
}

function readSlice(data: Uint8Array): DueFields {
  const timestamp = (slot: number) =>
    new BN(data.subarray(slot * 8, slot * 8 + 8), "le").fromTwos(64);
  return {
    milestoneTimestamps: [0, 1, 2, 3].map(timestamp),
    currentMilestone: data[32]!,
    releaseCondition: data[33]!,
    totalMilestones: data[34]!,
  };
}

function isDue(milestone: DueFields, before: BN, includeUndated: boolean): boolean {
  if (milestone.currentMilestone >= milestone.totalMilestones) return false;
  if (!hasDueDate(milestone.releaseCondition)) return includeUndated;
  return milestone.milestoneTimestamps[milestone.currentMilestone]!.lte(before);
}

function dueAt(policy: PaymentPolicy): BN {
  const { milestoneTimestamps, currentMilestone, releaseCondition } = policy.policyType.milestone;
  return hasDueDate(releaseCondition) ? milestoneTimestamps[currentMilestone]! : new BN(0);
}
