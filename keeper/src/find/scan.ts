/** All policies there are, page by page, so that a hundred thousand of them fit into little memory. */
import bs58 from "bs58";
import type {
  Commitment,
  Connection,
  DataSlice,
  GetProgramAccountsFilter,
  PublicKey,
} from "@solana/web3.js";
import { ACCOUNT_SIZE, POLICY_OFFSET } from "@milepost/sdk";
import type { PlannedPolicy } from "./plan";
import { type ProgramAccounts, programAccounts } from "./program-accounts";
import { RpcAnswerTooLargeError } from "../send/rpc-limits";
import { discriminator, plannedPolicyOfSlice, POLICY_SLICE } from "./policy-slice";

export interface ScanSource {
  connection: Pick<Connection, "getProgramAccounts">;
  programId: PublicKey;
  commitment?: Commitment;
  /** Most policies that are read at once, about. Default: 20,000. */
  pageSize?: number;
  /** An account that can't be read; the others go on. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

export interface ScanPage {
  /** The page shows all of its accounts as of this slot. */
  slot: number;
  policies: { address: string; policy: PlannedPolicy }[];
}

/** `PaymentPolicy.policy_id` and `bump` (`docs/accounts.md`). */
const POLICY_ID_OFFSET = 306;
const BUMP_OFFSET = 330;

/**
 * Bumps count down from 255 with a half of the addresses each time, independently of whose policies they are: one in 512
 * has this one.
 */
const SAMPLE = { bump: 247, share: 512 };

/** First bytes of addresses and low byte of a counter: where the policies may be spread evenly over 256 values. */
const PAGE_KEYS = [POLICY_OFFSET.userPayment, POLICY_OFFSET.recipient, POLICY_ID_OFFSET] as const;
/** A request takes four filters, and two of them say what a policy is. */
const MAX_KEYS = 2;

/**
 * Yields every policy once: in one page when they are few, otherwise in 256. A page that exceeds what the RPCs may answer
 * (`RpcAnswerTooLargeError`) is divided into 256. Rejects when a page can't be read: then nobody knows what is missing.
 */
export async function* scanPolicies(source: ScanSource): AsyncGenerator<ScanPage> {
  const pageSize = source.pageSize ?? 20_000;
  const sample = await unlessTooLarge(() => read(source, [byteFilter(BUMP_OFFSET, SAMPLE.bump)]));
  const keys = sample
    ? byEvenness(sample.accounts.map(({ info }) => info.data)).slice(0, MAX_KEYS)
    : PAGE_KEYS.slice(0, MAX_KEYS);
  const isSmall = sample !== null && sample.accounts.length * SAMPLE.share <= pageSize;
  yield* isSmall ? readPages(source, [], keys) : divide(source, [], keys);
}

/** One page, or its parts when it is too large. */
async function* readPages(
  source: ScanSource,
  filters: readonly GetProgramAccountsFilter[],
  keys: readonly number[],
): AsyncGenerator<ScanPage> {
  const isWhole = keys.length === 0;
  const page = isWhole
    ? await readPage(source, filters)
    : await unlessTooLarge(() => readPage(source, filters));
  if (page) yield page;
  else yield* divide(source, filters, keys);
}

async function* divide(
  source: ScanSource,
  filters: readonly GetProgramAccountsFilter[],
  [key, ...keys]: readonly number[],
): AsyncGenerator<ScanPage> {
  for (let value = 0; value < 256; value += 1) {
    yield* readPages(source, [...filters, byteFilter(key!, value)], keys);
  }
}

/** Null when the answer is too large. */
async function unlessTooLarge<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RpcAnswerTooLargeError) return null;
    throw error;
  }
}

/** The key whose fullest page is the smallest comes first: all policies may be of one owner, or for one recipient. */
function byEvenness(accounts: readonly Buffer[]): number[] {
  const fullest = (key: number) => {
    const sizes = new Map<number, number>();
    for (const data of accounts) sizes.set(data[key]!, (sizes.get(data[key]!) ?? 0) + 1);
    return Math.max(...sizes.values());
  };
  return [...PAGE_KEYS].sort((a, b) => fullest(a) - fullest(b));
}

async function readPage(
  source: ScanSource,
  filters: readonly GetProgramAccountsFilter[],
): Promise<ScanPage> {
  const { slot, accounts } = await read(source, filters, POLICY_SLICE);
  const policies: ScanPage["policies"] = [];
  for (const { pubkey, info } of accounts) {
    const address = pubkey.toBase58();
    try {
      const policy = plannedPolicyOfSlice(pubkey, info, source.programId);
      policies.push({ address, policy });
    } catch (error) {
      source.onUnreadable?.(address, error);
    }
  }
  return { slot, policies };
}

function read(
  { connection, programId, commitment }: ScanSource,
  filters: readonly GetProgramAccountsFilter[],
  dataSlice?: DataSlice,
): Promise<ProgramAccounts> {
  return programAccounts({
    connection,
    programId,
    commitment,
    dataSlice,
    filters: [
      { dataSize: ACCOUNT_SIZE.paymentPolicy },
      { memcmp: { offset: 0, bytes: bs58.encode(discriminator()) } },
      ...filters,
    ],
  });
}

function byteFilter(offset: number, value: number): GetProgramAccountsFilter {
  return { memcmp: { offset, bytes: bs58.encode(Uint8Array.of(value)) } };
}
