/** What the fee payer has and affords, and what becomes of policies that were put off for want of it. */
import { FEE_PAYER_SHORT } from "../send/classify";
import type { Timers } from "../clock/timers";
import type { KeeperOptions } from "../keeper-options";
import { recentCost } from "../store/cost";
import { retryNow } from "../store/retry";
import { FeePayerWatch } from "./fee-payer";
import type { FeePayerView } from "./status";

/** Lamports below which a fee payer is short, where nobody says otherwise. */
const DEFAULT_MIN_BALANCE = 10_000_000;

type Options = Pick<KeeperOptions, "database" | "feePayer" | "log" | "minBalance" | "queue">;

export class FeePayerBalance {
  /** What pays the fees, as it was last; null before an RPC said. */
  view: FeePayerView | null = null;
  private refilled: Promise<unknown> = Promise.resolve();
  private readonly watch: FeePayerWatch;

  constructor(
    private readonly options: Options,
    timers: Pick<Timers, "now">,
  ) {
    const { log, minBalance = DEFAULT_MIN_BALANCE } = options;
    this.watch = new FeePayerWatch({
      ...{ log, timers, minBalance, address: this.address },
      onRefilled: () => void (this.refilled = this.retryUnpaid()),
    });
  }

  /** Takes the balance as it is now; what it affords comes from the store. Rejects when the database does. */
  async weigh(lamports: number): Promise<void> {
    const { database, minBalance = DEFAULT_MIN_BALANCE } = this.options;
    // What is known without the store counts without it.
    const isShort = lamports < minBalance;
    const { address } = this;
    this.view = { address, lamports, paymentsLeft: this.view?.paymentsLeft ?? null, isShort };
    const cost = await recentCost(database);
    this.view = { ...this.view, paymentsLeft: cost === null ? null : BigInt(lamports) / cost };
    this.watch.sampled(lamports, this.view.paymentsLeft);
    await this.refilled;
  }

  private get address(): string {
    return this.options.feePayer.publicKey.toBase58();
  }

  /** A dry run changes nothing. */
  private async retryUnpaid(): Promise<void> {
    const { database, log, queue } = this.options;
    if (!queue) return;
    const retried = await retryNow(database, { reason: FEE_PAYER_SHORT });
    if (retried > 0) log.info({ policies: retried }, "the fee payer has more SOL: tried again now");
  }
}
