/** Pays due policies: one pass after another, each over the leases it gets from the queue. */
import type { Lease } from "../queue/leases";
import { deliver } from "../send/deliver";
import { openAttempts } from "../store/attempts";
import { closeAttempt } from "./close-attempt";
import { inParallel } from "./parallel";
import { Pass } from "./pass";
import { deliverOptions, type WorkerOptions } from "./worker-options";

export interface PassResult {
  /** Leases that the pass had. */
  leased: number;
  /** Leases that it ended; the others were given back or were taken over. */
  ended: number;
}

export interface RecoverOptions {
  /** Limit of transactions, the oldest first. Default: 100. */
  limit?: number;
  /** Limit of sends per transaction. Default: 1. */
  maxRounds?: number;
}

export class Worker {
  private readonly deliveries = new AbortController();
  private isStopped = false;
  private running: Promise<unknown> = Promise.resolve();
  private recovering: Promise<unknown> = Promise.resolve();
  /** Leases that a pass left and that are not given back yet. */
  private kept: readonly Lease[] = [];

  constructor(private readonly options: WorkerOptions) {}

  /**
   * Works on up to `batchSize` policies to their end. Rejects when the database does; leases that have not ended are
   * then given back, at the latest when the next pass begins. One pass runs at a time.
   */
  pass(): Promise<PassResult> {
    return this.alone(async () => {
      if (this.isStopped) return { leased: 0, ended: 0 };
      const { queue, batchSize = 100 } = this.options;
      await this.giveBack();
      const leases = await queue.fetch(batchSize);
      const pass = new Pass(this.options, leases, this.deliveries.signal, () => this.isStopped);
      try {
        if (leases.length > 0) await pass.run();
      } finally {
        this.kept = pass.rest;
        // The next pass tries again, before it takes more.
        await this.giveBack().catch(() => undefined);
        pass.rent?.end();
      }
      return { leased: leases.length, ended: pass.endedCount };
    });
  }

  /**
   * Finds out the end of open attempts, including those of policies that are no longer due: once, or until they have
   * ended when `maxRounds` is larger. Call it at intervals: a pass only checks the attempts of its own policies. It
   * may run beside a pass, as both reach the same result. Resolves with the number of attempts that ended.
   */
  recover({ limit = 100, maxRounds = 1 }: RecoverOptions = {}): Promise<number> {
    const { database, concurrency = 8 } = this.options;
    const options = deliverOptions(this.options, this.deliveries.signal);
    const work = async () => {
      let ended = 0;
      await inParallel(await openAttempts(database, limit), concurrency, async (attempt) => {
        if (this.isStopped) return;
        const delivery = await deliver(attempt, { ...options, maxRounds });
        if (delivery.state === "open") return;
        await closeAttempt(this.options, attempt, delivery);
        ended += 1;
      });
      return ended;
    };
    const result = work();
    this.recovering = result.catch(() => undefined);
    return result;
  }

  /** Signs nothing more; resolves when the transactions on their way have ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.running, this.recovering]);
  }

  /** Stops without waiting for the chain: the journal keeps the transactions on their way for the next worker. */
  async abandon(): Promise<void> {
    this.isStopped = true;
    this.deliveries.abort();
    await Promise.all([this.running, this.recovering]);
  }

  /** Gives back leases, so that no other worker waits until they run out. */
  private async giveBack(): Promise<void> {
    await this.options.queue.release(this.kept);
    this.kept = [];
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.running.then(work);
    this.running = result.catch(() => undefined);
    return result;
  }
}
