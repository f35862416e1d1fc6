/** Limits the rent paid per hour for others' token accounts: their owners may close them and keep it. */
import { type Execution, TOKEN_PROGRAM_ID } from "@milepost/sdk";
import type { Database } from "@milepost/database";
import { rentSpent } from "../store/rent";

export const RENT_BUDGET_SPENT = "RentBudgetSpent";
/** Lamports per hour. */
export const DEFAULT_RENT_BUDGET = 500_000_000n;

/** A payment that may need token accounts. */
interface Paying {
  member: { policy: string };
  execution: Execution;
}

export interface RentBudgetOptions {
  database: Database;
  /** Lamports per hour over all keepers of the database. Default: 500,000,000. */
  limit?: bigint;
  /** Listener for a spent budget; called again only after half of it was available in between. */
  onSpent?: (limit: bigint) => void;
}

/** Rent budget that all workers of a process share. */
export class RentBudget {
  readonly limit: bigint;
  private readonly shares = new Set<RentShare>();
  private running: Promise<unknown> = Promise.resolve();
  private isSpent = false;

  constructor(private readonly options: RentBudgetOptions) {
    this.limit = options.limit ?? DEFAULT_RENT_BUDGET;
  }

  /** Opens a share for one pass, which has to end it. */
  share(): RentShare {
    const share: RentShare = new RentShare(
      (items) => this.take(share, items),
      () => void this.shares.delete(share),
    );
    this.shares.add(share);
    return share;
  }

  /** Returns the lamports that may be paid now. Rejects when the database does. */
  async left(): Promise<bigint> {
    const left = this.limit - (await this.used());
    return left > 0n ? left : 0n;
  }

  /** Reserves for one pass after another: two at once would both be measured against the same remainder. */
  private take(share: RentShare, items: readonly Paying[]): Promise<ReadonlySet<Paying>> {
    const result = this.running.then(async () => {
      let used = await this.used();
      if (used <= this.limit / 2n) this.isSpent = false;
      const refused = new Set<Paying>();
      for (const item of items) {
        // This holds when several need the same account, too: its owner may close it between their transactions.
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
    // Read before the database: a payment that lands in between may count twice, but is never left out.
    const held = [...this.shares].flatMap((share) => [...share.held]);
    const spent = await rentSpent(
      this.options.database,
      held.map(([policy]) => policy),
    );
    return held.reduce((sum, [, rent]) => sum + rent, spent);
  }
}

/** Share of a pass for payments that have not ended. */
export class RentShare {
  /** Lamports by policy. */
  readonly held = new Map<string, bigint>();

  constructor(
    private readonly takeOf: (items: readonly Paying[]) => Promise<ReadonlySet<Paying>>,
    /** Gives back all of it; signed open transactions still count, as the journal has them. */
    readonly end: () => void,
  ) {}

  /** Divides the payments by the budget's limit, the first ones first. Rejects when the database does. */
  async divide<T extends Paying>(items: readonly T[]): Promise<{ allowed: T[]; refused: T[] }> {
    const creating = items.filter(({ execution }) => execution.setup.length > 0);
    if (creating.length === 0) return { allowed: [...items], refused: [] };
    const over = await this.takeOf(creating);
    return {
      allowed: items.filter((item) => !over.has(item)),
      refused: items.filter((item) => over.has(item)),
    };
  }

  /** Releases a policy's share: it was paid, and so is in the store, or was not paid at all. */
  ended(policy: string): void {
    this.held.delete(policy);
  }
}

const ACCOUNT_BYTES = 165n;
/** Size in bytes that no new account exceeds, with any extension of its mint. */
const EXTENDED_ACCOUNT_BYTES = 256n;
const HEADER_BYTES = 128n;
const LAMPORTS_PER_BYTE = 6_960n;

/** Returns the most lamports that the execution's accounts can take. */
export function rentOf({ setup }: Pick<Execution, "setup">): bigint {
  return setup.reduce((sum, { keys }) => {
    const isPlain = keys.some(({ pubkey }) => pubkey.equals(TOKEN_PROGRAM_ID));
    const bytes = isPlain ? ACCOUNT_BYTES : EXTENDED_ACCOUNT_BYTES;
    return sum + (HEADER_BYTES + bytes) * LAMPORTS_PER_BYTE;
  }, 0n);
}
