/** Reads a policy's history from the chain: the transactions that name the policy or its escrow, newest first. */
import { decodeEvents, getEscrowPda, type MilestoneEvent } from "@milepost/sdk";
import {
  type ConfirmedSignatureInfo,
  type Connection,
  type Finality,
  PublicKey,
} from "@solana/web3.js";

/** Calls of a `Connection` that the history makes. */
export type HistoryConnection = Pick<Connection, "getSignaturesForAddress" | "getTransaction">;

/** One transaction with what the program reported about the policy. */
export interface HistoryEntry {
  signature: string;
  slot: number;
  /** Unix seconds; null while the node does not know. */
  time: number | null;
  /** Fee payer, who sent the transaction; null when the node does not have it any more. */
  sender: string | null;
  events: MilestoneEvent[];
  /** True when the node shortened the log, or does not have the transaction any more: events may be missing. */
  isIncomplete: boolean;
}

/** One page of a history, and the one after it. */
export interface HistoryPage {
  entries: HistoryEntry[];
  /** Where the next page begins; null when this is the last one. */
  next: HistoryCursor | null;
}

/** Last signature read of each address that has more; null where its newest ones were older than the page. */
export type HistoryCursor = Readonly<Record<string, string | null>>;

/** Transactions per page and address. */
export const PAGE_SIZE = 10;

const COMMITMENT: Finality = "confirmed";

/**
 * Reads one page. Without `cursor` it is the newest. Throws the connection's errors.
 * @example
 * const { entries, next } = await loadHistory(connection, policy);
 */
export async function loadHistory(
  connection: HistoryConnection,
  policy: PublicKey,
  cursor?: HistoryCursor,
): Promise<HistoryPage> {
  const addresses = cursor
    ? Object.keys(cursor)
    : [policy.toBase58(), getEscrowPda(policy)[0].toBase58()];
  const lists = await Promise.all(
    addresses.map(async (address) => ({
      address,
      before: cursor?.[address] ?? null,
      found: await connection.getSignaturesForAddress(
        new PublicKey(address),
        { limit: PAGE_SIZE, before: cursor?.[address] ?? undefined },
        COMMITMENT,
      ),
    })),
  );
  const { kept, next } = merge(lists);
  const entries = await Promise.all(kept.map((info) => readEntry(connection, policy, info)));
  return {
    entries: entries.filter(({ events, isIncomplete }) => events.length > 0 || isIncomplete),
    next,
  };
}

interface SignatureList {
  address: string;
  /** Signature that the list begins after; null for the newest. */
  before: string | null;
  found: ConfirmedSignatureInfo[];
}

/**
 * Merges the lists, newest first. Of a list that ends early, older transactions may follow: what is older than its end
 * waits for the next page, so that no page breaks the order.
 */
export function merge(lists: readonly SignatureList[]): {
  kept: ConfirmedSignatureInfo[];
  next: HistoryCursor | null;
} {
  const isFull = ({ found }: SignatureList) => found.length >= PAGE_SIZE;
  const floor = Math.max(0, ...lists.filter(isFull).map(({ found }) => found.at(-1)!.slot));
  const seen = new Map<string, ConfirmedSignatureInfo>();
  const next: Record<string, string | null> = {};
  for (const list of lists) {
    const taken = list.found.filter(({ slot }) => slot >= floor);
    for (const info of taken) seen.set(info.signature, info);
    const hasMore = isFull(list) || taken.length < list.found.length;
    if (hasMore) next[list.address] = taken.at(-1)?.signature ?? list.before;
  }
  return {
    kept: [...seen.values()].filter(({ err }) => err === null).sort((a, b) => b.slot - a.slot),
    next: Object.keys(next).length > 0 ? next : null,
  };
}

async function readEntry(
  connection: HistoryConnection,
  policy: PublicKey,
  { signature, slot, blockTime }: ConfirmedSignatureInfo,
): Promise<HistoryEntry> {
  const found = await connection.getTransaction(signature, {
    commitment: COMMITMENT,
    maxSupportedTransactionVersion: 0,
  });
  const logs = found?.meta?.logMessages;
  const decoded = logs ? decodeEvents(logs) : { events: [], isTruncated: true };
  return {
    signature,
    slot,
    time: blockTime ?? found?.blockTime ?? null,
    sender: found?.transaction.message.staticAccountKeys[0]?.toBase58() ?? null,
    events: decoded.events.filter((event) => isAbout(event, policy)).reverse(),
    isIncomplete: decoded.isTruncated,
  };
}

/** Returns true for an event of this policy: one transaction can touch several. */
function isAbout({ data }: MilestoneEvent, policy: PublicKey): boolean {
  return "policy" in data && data.policy.equals(policy);
}
