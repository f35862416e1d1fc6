/** Warns repeatedly of a fee payer that runs short, and reports once that it has enough again. */
import type { Timers } from "../clock/timers";
import type { Logger } from "../observe/log";

const REMIND_MS = 3_600_000;

export interface FeePayerOptions {
  log: Pick<Logger, "info" | "warn">;
  timers: Pick<Timers, "now">;
  address: string;
  /** Balance below which the fee payer is short, in lamports. */
  minBalance: number;
  /** Called when the balance has risen: policies postponed for lack of SOL may be paid. */
  onRefilled(): void;
}

export class FeePayerWatch {
  private last: number | null = null;
  /** Balance and time of the last warning; null while there is enough. */
  private warned: { lamports: number; at: number } | null = null;

  constructor(private readonly options: FeePayerOptions) {}

  /** Checks a balance. `payments` is the number that it affords, roughly; null when it is unknown. */
  sampled(lamports: number, payments: bigint | null): void {
    const { log, timers, address, minBalance, onRefilled } = this.options;
    if (this.last !== null && lamports > this.last) onRefilled();
    this.last = lamports;
    const fields = {
      event: "fee-payer",
      feePayer: address,
      lamports,
      minBalance,
      ...(payments === null ? {} : { paymentsLeft: payments.toString() }),
    };
    if (lamports >= minBalance) {
      if (this.warned) log.info(fields, "the fee payer has enough SOL again");
      this.warned = null;
      return;
    }
    const now = timers.now();
    const isWorse = this.warned !== null && lamports <= this.warned.lamports / 2;
    const isLong = this.warned !== null && now - this.warned.at >= REMIND_MS;
    if (this.warned && !isLong && (!isWorse || this.warned.lamports === 0)) return;
    this.warned = { lamports, at: now };
    log.warn(fields, "the fee payer runs short: send SOL to it");
  }
}
