/** Reads all policies page by page, so that a hundred thousand of them need little memory. */
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
import type { PolicyPage, ScanRequest } from "./source";
import { discriminator, plannedPolicyOfSlice, POLICY_SLICE } from "./policy-slice";

export interface ScanSource {
  /** Connection that the pages are read from. */
  connection: Pick<Connection, "getProgramAccounts">;
  /** Address of the Milepost program. */
  programId: PublicKey;
  /** Commitment of the reads. Default: the connection's. */
  commitment?: Commitment;
  /** Approximate limit of policies per read. Default: 20,000. */
  pageSize?: number;
  /** Listener for an account that can't be read; the others continue. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

interface PatientSource extends ScanSource {
  attempt: ScanRequest["attempt"];
}

/** `PaymentPolicy.policy_id` and `bump` (`docs/accounts.md`). */
const POLICY_ID_OFFSET = 306;
const BUMP_OFFSET = 330;

/**
 * Bump of one address in 512: bumps count down from 255 with half of the addresses at each step, for any owner.
 */
const SAMPLE = { bump: 247, share: 512 };

/**
 * Offsets of the addresses' first bytes and of a counter's low byte: there, policies may be spread evenly over 256
 * values.
 */
const PAGE_KEYS = [POLICY_OFFSET.userPayment, POLICY_OFFSET.recipient, POLICY_ID_OFFSET] as const;
/** Limit of keys: a request takes four filters, and two of them select the policies. */
const MAX_KEYS = 2;

/** Way through the pages of one scan. */
interface Position {
  /** Offsets that the pages are divided by. */
  keys: readonly number[];
  /** Values of the first keys in a page; none for a page of all policies. */
  path: readonly number[];
}

/**
 * Yields every policy once: in one page when they are few, otherwise in 256. A page that exceeds the limit of an
 * RPC's answer (`RpcAnswerTooLargeError`) is divided into 256. Rejects when a page can't be read, as its policies are
 * then unknown. A scan `from` the cursor of a page continues with that page.
 */
export async function* scanPolicies(
  source: ScanSource,
  { from, attempt = (request) => request() }: Partial<ScanRequest> = {},
): AsyncGenerator<PolicyPage> {
  const patient = { ...source, attempt };
  const { keys, path } = from === undefined ? await firstPosition(patient) : positionOf(from);
  for (let at: readonly number[] | null = path; at;) {
    const filters = at.map((value, depth) => byteFilter(keys[depth]!, value));
    const isSmallest = at.length === keys.length;
    const page: PolicyPage | null = isSmallest
      ? await readPage(patient, filters)
      : await unlessTooLarge(() => readPage(patient, filters));
    if (page === null) {
      at = [...at, 0];
      continue;
    }
    at = following(at);
    yield at ? { ...page, next: cursorOf({ keys, path: at }) } : page;
  }
}

/** Decides by a sample how to divide the policies. */
async function firstPosition(source: PatientSource): Promise<Position> {
  const pageSize = source.pageSize ?? 20_000;
  const sample = await unlessTooLarge(() => read(source, [byteFilter(BUMP_OFFSET, SAMPLE.bump)]));
  const keys = sample
    ? byEvenness(sample.accounts.map(({ info }) => info.data)).slice(0, MAX_KEYS)
    : PAGE_KEYS.slice(0, MAX_KEYS);
  const isSmall = sample !== null && sample.accounts.length * SAMPLE.share <= pageSize;
  return { keys, path: isSmall ? [] : [0] };
}

/** Returns the page after this one, in the order of the values; null after the last. */
function following(path: readonly number[]): readonly number[] | null {
  const last = path.at(-1);
  if (last === undefined) return null;
  const parent = path.slice(0, -1);
  return last < 255 ? [...parent, last + 1] : following(parent);
}

/** Writes a position as a cursor, such as `40,306:17`. */
function cursorOf({ keys, path }: Position): string {
  return `${keys.join()}:${path.join()}`;
}

function positionOf(cursor: string): Position {
  const [keys = [], path = []] = cursor.split(":").map((part) => part.split(",").map(Number));
  return { keys, path };
}

/** Returns null when the answer is too large. */
async function unlessTooLarge<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RpcAnswerTooLargeError) return null;
    throw error;
  }
}

/** Orders the keys by their fullest page, the smallest first: all policies may have one owner, or one recipient. */
function byEvenness(accounts: readonly Buffer[]): number[] {
  const fullest = (key: number) => {
    const sizes = new Map<number, number>();
    for (const data of accounts) sizes.set(data[key]!, (sizes.get(data[key]!) ?? 0) + 1);
    return Math.max(...sizes.values());
  };
  return [...PAGE_KEYS].sort((a, b) => fullest(a) - fullest(b));
}

async function readPage(
  source: PatientSource,
  filters: readonly GetProgramAccountsFilter[],
): Promise<PolicyPage> {
  const { slot, accounts } = await read(source, filters, POLICY_SLICE);
  const policies: { address: string; policy: PlannedPolicy }[] = [];
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
  { connection, programId, commitment, attempt }: PatientSource,
  filters: readonly GetProgramAccountsFilter[],
  dataSlice?: DataSlice,
): Promise<ProgramAccounts> {
  const query = {
    connection,
    programId,
    commitment,
    dataSlice,
    filters: [
      { dataSize: ACCOUNT_SIZE.paymentPolicy },
      { memcmp: { offset: 0, bytes: bs58.encode(discriminator()) } },
      ...filters,
    ],
  };
  return attempt(() => programAccounts(query));
}

function byteFilter(offset: number, value: number): GetProgramAccountsFilter {
  return { memcmp: { offset, bytes: bs58.encode(Uint8Array.of(value)) } };
}
