/** How much rent of others' token accounts is paid within an hour: their owners may close them and keep it. */
import { type Execution, TOKEN_PROGRAM_ID } from "@milepost/sdk";
import { rentSpent } from "../store/rent";
import type { Database } from "../types";

export const RENT_BUDGET_SPENT = "RentBudgetSpent";
/** Lamports an hour. */
export const DEFAULT_RENT_BUDGET = 500_000_000n;

/** What is to be paid, and may need accounts for it. */
interface Paying {
  member: { policy: string };
  execution: Execution;
}

export interface RentBudgetOptions {
  database: Database;
  /** Lamports an hour over all keepers of the database. Default: 500,000,000. */
  limit?: bigint;
  /** Told when the budget is spent, and again only after half of it was there in between. */
  onSpent?: (limit: bigint) => void;
}

/** One for all workers of a process. */
export class RentBudget {
  readonly limit: bigint;
  private readonly shares = new Set<RentShare>();
  private running: Promise<unknown> = Promise.resolve();
  private isSpent = false;

  constructor(private readonly options: RentBudgetOptions) {
    this.limit = options.limit ?? DEFAULT_RENT_BUDGET;
  }

  /** For one pass, which has to end it. */
  share(): RentShare {
    const share: RentShare = new RentShare(
      (items) => this.take(share, items),
      () => void this.shares.delete(share),
    );
    this.shares.add(share);
    return share;
  }

  /** Lamports that may be paid now. Rejects when the database does. */
  async left(): Promise<bigint> {
    const left = this.limit - (await this.used());
    return left > 0n ? left : 0n;
  }

  /** One after another: what two take at once would both be measured against the same rest. */
  private take(share: RentShare, items: readonly Paying[]): Promise<ReadonlySet<Paying>> {
    const result = this.running.then(async () => {
      let used = await this.used();
      if (used <= this.limit / 2n) this.isSpent = false;
      const refused = new Set<Paying>();
      for (const item of items) {
        // Also where several need the same account: its owner may close it between their transactions.
        const rent = rentOf(item.execution);
        if (used + rent > this.limit) {
          refused.add(item);
          continue;
        }
        used += rent;
        share.held.set(item.member.policy, rent);
      }
      if (refused.size > 0 && !this.isSpent) {
        this.isSpent = true;
        this.options.onSpent?.(this.limit);
      }
      return refused;
    });
    this.running = result.catch(() => undefined);
    return result;
  }

  private async used(): Promise<bigint> {
    // Before the database is asked: what lands meanwhile may count twice, but never not at all.
    const held = [...this.shares].flatMap((share) => [...share.held]);
    const spent = await rentSpent(
      this.options.database,
      held.map(([policy]) => policy),
    );
    return held.reduce((sum, [, rent]) => sum + rent, spent);
  }
}

/** What a pass has of the budget for payments that have not ended. */
export class RentShare {
  /** Lamports by policy. */
  readonly held = new Map<string, bigint>();

  constructor(
    private readonly takeOf: (items: readonly Paying[]) => Promise<ReadonlySet<Paying>>,
    /** Gives back all of it; what is signed and open still counts, as the journal has it. */
    readonly end: () => void,
  ) {}

  /** Divides what is ready by whether the budget allows it, the first ones first. Rejects when the database does. */
  async divide<T extends Paying>(items: readonly T[]): Promise<{ allowed: T[]; refused: T[] }> {
    const creating = items.filter(({ execution }) => execution.setup.length > 0);
    if (creating.length === 0) return { allowed: [...items], refused: [] };
    const over = await this.takeOf(creating);
    return {
      allowed: items.filter((item) => !over.has(item)),
      refused: items.filter((item) => over.has(item)),
    };
  }

  /** Paid, and so in the store, or not paid at all. */
  ended(policy: string): void {
    this.held.delete(policy);
  }
}

const ACCOUNT_BYTES = 165n;
/** More than any extension of a mint has its accounts begin with. */
const EXTENDED_ACCOUNT_BYTES = 256n;
const HEADER_BYTES = 128n;
const LAMPORTS_PER_BYTE = 6_960n;

/** Lamports that the execution's accounts take at most. */
export function rentOf({ setup }: Pick<Execution, "setup">): bigint {
  return setup.reduce((sum, { keys }) => {
    const isPlain = keys.some(({ pubkey }) => pubkey.equals(TOKEN_PROGRAM_ID));
    const bytes = isPlain ? ACCOUNT_BYTES : EXTENDED_ACCOUNT_BYTES;
    return sum + (HEADER_BYTES + bytes) * LAMPORTS_PER_BYTE;
  }, 0n);
}
