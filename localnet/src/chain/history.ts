/** The landed transactions that are kept, newest last. */
import type { InnerInstructions } from "./svm";
import type { TransactionError } from "./transaction-error";

export interface TokenBalance {
  accountIndex: number;
  mint: string;
  owner: string;
  programId: string;
  amount: bigint;
  decimals: number;
}

export interface LandedTransaction {
  signature: string;
  slot: number;
  /** Unix seconds. */
  blockTime: number;
  /** The signed bytes, base64. */
  wire: string;
  err: TransactionError | null;
  logs: string[];
  /** Lamports. */
  fee: bigint;
  /** Micro-lamports per compute unit. */
  priorityPrice: bigint;
  computeUnits: number;
  /** Accounts of the transaction, with those from lookup tables, in the order of the message's indexes. */
  accounts: string[];
  writable: boolean[];
  loaded: { writable: string[]; readonly: string[] };
  preBalances: bigint[];
  postBalances: bigint[];
  preTokenBalances: TokenBalance[];
  postTokenBalances: TokenBalance[];
  innerInstructions: InnerInstructions[];
  returnData: { programId: string; data: string } | null;
}

export class History {
  /** Transactions by signature; the insertion order is the order in which they landed. */
  private readonly bySignature = new Map<string, LandedTransaction>();
  private total = 0;

  constructor(
    private readonly limit: number,
    /** Age in slots; a younger transaction is kept beyond the limit, otherwise it could land twice. */
    private readonly minimumAge: number,
  ) {}

  /** Number of transactions that landed since the chain began. */
  get count(): number {
    return this.total;
  }

  add(landed: LandedTransaction): void {
    this.bySignature.set(landed.signature, landed);
    this.total += 1;
    for (const [signature, { slot }] of this.bySignature) {
      if (this.bySignature.size <= this.limit || slot + this.minimumAge >= landed.slot) break;
      this.bySignature.delete(signature);
    }
  }

  get(signature: string): LandedTransaction | undefined {
    return this.bySignature.get(signature);
  }

  newestFirst(): LandedTransaction[] {
    return [...this.bySignature.values()].reverse();
  }

  inSlot(slot: number): LandedTransaction[] {
    return [...this.bySignature.values()].filter((landed) => landed.slot === slot);
  }

  /** Returns the transactions from `slot` on, newest first. */
  since(slot: number): LandedTransaction[] {
    const all = this.newestFirst();
    const end = all.findIndex((landed) => landed.slot < slot);
    return end < 0 ? all : all.slice(0, end);
  }

  restore(landed: LandedTransaction[], count: number): void {
    for (const one of landed) this.bySignature.set(one.signature, one);
    this.total = count;
  }
}
