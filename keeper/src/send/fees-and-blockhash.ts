/** What a transaction needs from the network before it is signed: a price, and a blockhash. */
import type { MilestoneContext, PriorityFeeOptions } from "@milepost/sdk";
import type {
  BlockhashWithExpiryBlockHeight,
  PublicKey,
  TransactionInstruction,
} from "@solana/web3.js";
import { RecentAnswers } from "./recent-answers";

/** Limit of accounts that the RPC accepts (`getRecentPrioritizationFees`). */
const MAX_FEE_ACCOUNTS = 128;
/** Milliseconds for which a price counts: an RPC computes it from the last 150 blocks. */
const PRICE_MS = 5_000;
/** Milliseconds for which a blockhash counts as the newest; it lives for about a minute. */
const BLOCKHASH_MS = 2_000;

/** Returns the accounts that the instructions write. */
export function writableAccounts(instructions: readonly TransactionInstruction[]): PublicKey[] {
  const writable = instructions
    .flatMap(({ keys }) => keys)
    .filter(({ isWritable }) => isWritable)
    .map(({ pubkey }) => [pubkey.toBase58(), pubkey] as const);
  return [...new Map(writable).values()];
}

/**
 * Returns the micro-lamports per compute unit that recent transactions on these accounts paid: by default the 75th
 * percentile, at most 200,000. Returns 0 when the RPC can't tell: a cheap payment is better than none.
 */
export function recentPrice(
  context: Pick<MilestoneContext, "connection">,
  accounts: readonly PublicKey[],
  priorityFee?: PriorityFeeOptions,
): Promise<number> {
  return readPrice(context, accounts, priorityFee).catch(() => 0);
}

async function readPrice(
  { connection }: Pick<MilestoneContext, "connection">,
  accounts: readonly PublicKey[],
  { percentile = 75, max = 200_000 }: PriorityFeeOptions = {},
): Promise<number> {
  const recent = await connection.getRecentPrioritizationFees({
    lockedWritableAccounts: accounts.slice(0, MAX_FEE_ACCOUNTS),
  });
  const paid = recent.map(({ prioritizationFee }) => prioritizationFee).sort((a, b) => a - b);
  const rank = Math.ceil((percentile / 100) * paid.length);
  return Math.min(paid[Math.min(Math.max(rank, 1), paid.length) - 1] ?? 0, max);
}

/** Asks for prices and blockhashes once per interval, for all workers of a process. */
export class FeesAndBlockhash {
  private readonly prices = new RecentAnswers<number>(PRICE_MS);
  private readonly blockhashes = new RecentAnswers<BlockhashWithExpiryBlockHeight>(BLOCKHASH_MS);

  constructor(
    private readonly context: Pick<MilestoneContext, "connection" | "commitment">,
    private readonly priorityFee?: PriorityFeeOptions,
  ) {}

  /** Returns the price for writing these accounts, see `recentPrice`. The 0 of an RPC that can't tell is not kept. */
  price(accounts: readonly PublicKey[]): Promise<number> {
    const key = accounts.map((address) => address.toBase58()).sort();
    const read = () => readPrice(this.context, accounts, this.priorityFee);
    return this.prices.get(key.join(" "), read).catch(() => 0);
  }

  /**
   * Returns a blockhash that was the newest within the last two seconds. `isNew`: one that is asked for now, so that the same
   * instructions get another signature than before. Rejects when the RPC does.
   */
  blockhash({ isNew = false } = {}): Promise<BlockhashWithExpiryBlockHeight> {
    if (isNew) this.blockhashes.forget("");
    const { connection, commitment } = this.context;
    return this.blockhashes.get("", () => connection.getLatestBlockhash(commitment));
  }
}
