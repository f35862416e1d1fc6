/** All policies there are, page by page, so that a hundred thousand of them fit into little memory. */
import { utils } from "@coral-xyz/anchor";
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

/**
 * Every policy once, in one page when they are few, else in 256. Rejects when a page can't be read: then nobody knows what
 * is missing.
 */
export async function* scanPolicies(source: ScanSource): AsyncGenerator<ScanPage> {
  const pageSize = source.pageSize ?? 20_000;
  const sample = await read(source, [byteFilter(BUMP_OFFSET, SAMPLE.bump)]);
  if (sample.accounts.length * SAMPLE.share <= pageSize) {
    yield await readPage(source, []);
    return;
  }
  const key = mostEven(sample.accounts.map(({ info }) => info.data));
  for (let value = 0; value < 256; value += 1) {
    yield await readPage(source, [byteFilter(key, value)]);
  }
}

/** The key whose fullest page is the smallest: all policies may be of one owner, or for one recipient. */
function mostEven(accounts: readonly Buffer[]): number {
  const fullest = (key: number) => {
    const sizes = new Map<number, number>();
    for (const data of accounts) sizes.set(data[key]!, (sizes.get(data[key]!) ?? 0) + 1);
    return Math.max(...sizes.values());
  };
  return [...PAGE_KEYS].sort((a, b) => fullest(a) - fullest(b))[0]!;
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
      { memcmp: { offset: 0, bytes: utils.bytes.bs58.encode(discriminator()) } },
      ...filters,
    ],
  });
}

function byteFilter(offset: number, value: number): GetProgramAccountsFilter {
  return { memcmp: { offset, bytes: utils.bytes.bs58.encode(Uint8Array.of(value)) } };
}
