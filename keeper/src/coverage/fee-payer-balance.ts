/** Tracks the fee payer's balance, what it affords, and the policies that were postponed for lack of it. */
import type { Keypair } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import type { Logger } from "../observe/log";
import { FEE_PAYER_SHORT } from "../send/classify";
import type { Timers } from "../clock/timers";
import { recentCost } from "../store/cost";
import { retryNow } from "../store/retry";
import { FeePayerWatch } from "./fee-payer-watch";

/** Default of the balance below which a fee payer is short, in lamports. */
const DEFAULT_MIN_BALANCE = 10_000_000;

/** Fee payer in the status view. */
export interface FeePayerView {
  /** Address of the fee payer, base58. */
  address: string;
  /** Balance in lamports. */
  lamports: number;
  /** Number of payments that the balance affords, by the cost of the last ones; null before the first. */
  paymentsLeft: bigint | null;
  /** True when the balance is below `KeeperOptions.minBalance`. */
  isShort: boolean;
}

export interface FeePayerBalanceOptions {
  database: Database;
  feePayer: Keypair;
  log: Logger;
  /** Balance below which the fee payer is short, in lamports. Default: 10,000,000. */
  minBalance?: number;
  /** Retries postponed policies; null in a dry run, which changes nothing. */
  queue: object | null;
}

export class FeePayerBalance {
  /** Last known state of the fee payer; null before the first answer of an RPC. */
  view: FeePayerView | null = null;
  private refilled: Promise<unknown> = Promise.resolve();
  private readonly watch: FeePayerWatch;

  constructor(
    private readonly options: FeePayerBalanceOptions,
    timers: Pick<Timers, "now">,
  ) {
    const { log, minBalance = DEFAULT_MIN_BALANCE } = options;
    this.watch = new FeePayerWatch({
      ...{ log, timers, minBalance, address: this.address },
      onRefilled: () => void (this.refilled = this.retryUnpaid()),
    });
  }

  /** Records the current balance; the store says what it affords. Rejects when the database does. */
  async weigh(lamports: number): Promise<void> {
    const { database, minBalance = DEFAULT_MIN_BALANCE } = this.options;
    // The balance counts even when the store does not answer.
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

  /** Retries the postponed policies; a dry run changes nothing. */
  private async retryUnpaid(): Promise<void> {
    const { database, log, queue } = this.options;
    if (!queue) return;
    const retried = await retryNow(database, { reason: FEE_PAYER_SHORT });
    if (retried > 0) log.info({ policies: retried }, "the fee payer has more SOL: tried again now");
  }
}
