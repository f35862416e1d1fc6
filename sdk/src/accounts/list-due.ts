import BN from "bn.js";
import bs58 from "bs58";
import type { GetProgramAccountsFilter, PublicKey } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { toAddress } from "../input/address";
import { toReleaseCondition } from "../input/milestones";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import { hasDueDate } from "../rules/release-condition";
import type { Milestone, PaymentPolicy, WithAddress } from "../types";
import { getChainTime } from "./chain-time";
import { decodeAccount } from "./decode";
import { discriminatorFilter } from "./list";
import { POLICY_OFFSET } from "./offsets";
import { fetchAccountInfos, readContext, type ReadOptions, scanAccounts } from "./read-accounts";

/** Filters of `listDuePolicies`; a policy has to pass all that are given. */
export interface DuePoliciesQuery extends ReadOptions {
  /** Unix seconds; a milestone due at exactly this second counts. Default: the chain's clock. */
  before?: IntegerInput;
  /** Wallet of the recipient. Default: any. */
  recipient?: PublicKey;
  /** Account of the gateway, `getGatewayPda(authority)`. Default: any. */
  gateway?: PublicKey;
  /** Release condition, such as 1 for policies that anyone may release. Default: any. */
  releaseCondition?: number;
  /** Flag to include policies without `RELEASE_DUE_DATE`, which wait for a signer or for nothing. Default: false. */
  includeUndated?: boolean;
}

const TAG_MILESTONE = 1;
const STATUS_ACTIVE = 0;
/** Most filters that a node accepts per scan. */
const MAX_FILTERS = 4;
/** Slice that decides whether a policy is due: timestamps, current milestone, release condition and total. */
const SLICE_LENGTH = POLICY_OFFSET.totalMilestones + 1 - POLICY_OFFSET.milestoneTimestamps;

/**
 * Returns active policies whose current milestone's timestamp is reached, the longest due first. Scans 35 bytes per
 * policy and fetches the whole account only for due ones.
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
  const wanted =
    query.releaseCondition === undefined ? undefined : toReleaseCondition(query.releaseCondition);
  const isWanted = (milestone: DueFields): boolean =>
    (wanted === undefined || milestone.releaseCondition === wanted) &&
    isDue(milestone, before, includeUndated);
  const scanned = await scanAccounts(context, {
    filters: filtersOf(query),
    dataSlice: { offset: POLICY_OFFSET.milestoneTimestamps, length: SLICE_LENGTH },
  });
  const addresses = scanned
    .filter(({ account }) => isWanted(readSlice(account.data)))
    .map(({ pubkey }) => pubkey);

  const infos = await fetchAccountInfos(context, addresses);
  const due: WithAddress<PaymentPolicy>[] = [];
  addresses.forEach((address, index) => {
    const info = infos[index];
    if (!info) return;
    const account = decodeAccount("paymentPolicy", address, info, context.programId);
    // It may have been released or paused between the scan and this read.
    const isActive = "active" in account.status;
    if (isActive && isWanted(account.policyType.milestone)) {
      due.push({ address, account });
    }
  });
  return due.sort((a, b) => dueAt(a.account).cmp(dueAt(b.account)));
}

type DueFields = Pick<
  Milestone,
  "milestoneTimestamps" | "currentMilestone" | "releaseCondition" | "totalMilestones"
>;

/**
 * Returns the filters for the node. It takes four at most: the release condition is sent when there is room, and always
 * compared here.
 */
function filtersOf(query: DuePoliciesQuery): GetProgramAccountsFilter[] {
  const compare = (offset: number, bytes: Uint8Array) => ({
    memcmp: { offset, bytes: bs58.encode(bytes) },
  });
  const recipient = query.recipient && toAddress(query.recipient, "recipient").toBytes();
  const gateway = query.gateway && toAddress(query.gateway, "gateway").toBytes();
  const tag = Uint8Array.of(TAG_MILESTONE);
  const filters = [
    discriminatorFilter("paymentPolicy"),
    compare(POLICY_OFFSET.status, Uint8Array.of(STATUS_ACTIVE)),
  ];
  // Recipient, gateway and tag are adjacent: adjacent fields share one filter.
  if (recipient && gateway) {
    filters.push(compare(POLICY_OFFSET.recipient, Uint8Array.of(...recipient, ...gateway, ...tag)));
  } else if (gateway) {
    filters.push(compare(POLICY_OFFSET.gateway, Uint8Array.of(...gateway, ...tag)));
  } else {
    filters.push(compare(POLICY_OFFSET.policyTypeTag, tag));
    if (recipient) filters.push(compare(POLICY_OFFSET.recipient, recipient));
  }
  if (query.releaseCondition !== undefined && filters.length < MAX_FILTERS) {
    const condition = Uint8Array.of(query.releaseCondition);
    filters.push(compare(POLICY_OFFSET.releaseCondition, condition));
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
