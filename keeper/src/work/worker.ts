/** Pays what is due: one pass after another, each over the leases it gets from the queue. */
import type { Lease } from "../queue/execute-queue";
import { classify } from "../send/classify";
import { deliver, type Delivery } from "../send/deliver";
import { finishAttempt, type Journaled, openAttempts } from "../store/attempts";
import { inParallel } from "./parallel";
import { Pass } from "./pass";
import { recordLanded } from "./record";
import type { WorkerSettings } from "./settings";
import { deliveryOf } from "./ship";

export interface PassResult {
  /** Leases that the pass had. */
  leased: number;
  /** Leases that it ended; the others were given back or are somebody else's. */
  ended: number;
}

export interface RecoverOptions {
  /** Transactions at most. Default: 100, the oldest. */
  limit?: number;
  /** How often each is sent, at most. Default: 1. */
  maxRounds?: number;
}

export class Worker {
  private readonly deliveries = new AbortController();
  private isStopped = false;
  private running: Promise<unknown> = Promise.resolve();
  private recovering: Promise<unknown> = Promise.resolve();
  /** Of a pass that ended without them, and not given back yet. */
  private kept: readonly Lease[] = [];

  constructor(private readonly settings: WorkerSettings) {}

  /**
   * Works on up to `batchSize` policies to their end. Rejects when the database does; leases that have not ended are then
   * given back, at the latest when the next pass begins. One pass at a time.
   */
  pass(): Promise<PassResult> {
    return this.alone(async () => {
      if (this.isStopped) return { leased: 0, ended: 0 };
      const { queue, batchSize = 100 } = this.settings;
      await this.giveBack();
      const leases = await queue.fetch(batchSize);
      const pass = new Pass(this.settings, leases, this.deliveries.signal, () => this.isStopped);
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
   * Looks after signed transactions whose end nobody knows, also those of policies that are not due any more: once, or until
   * they have ended when `maxRounds` is larger. To be called now and then: a pass only looks after those of its own policies.
   * It may run beside one, as both find out the same. Answers with how many ended.
   */
  recover({ limit = 100, maxRounds = 1 }: RecoverOptions = {}): Promise<number> {
    const { database, concurrency = 8 } = this.settings;
    const options = deliveryOf({ settings: this.settings, signal: this.deliveries.signal });
    const work = async () => {
      let ended = 0;
      await inParallel(await openAttempts(database, limit), concurrency, async (attempt) => {
        if (this.isStopped) return;
        const delivery = await deliver(attempt, { ...options, maxRounds });
        if (delivery.state === "open") return;
        await this.close(attempt, delivery);
        ended += 1;
      });
      return ended;
    };
    const result = work();
    this.recovering = result.catch(() => undefined);
    return result;
  }

  private async close(
    attempt: Journaled,
    delivery: Exclude<Delivery, { state: "open" }>,
  ): Promise<void> {
    if (delivery.state === "landed") {
      return recordLanded(this.settings, attempt, delivery.slot);
    }
    const error = delivery.state === "failed" ? classify(delivery.error).reason : undefined;
    await finishAttempt(this.settings.database, attempt.signature, {
      state: delivery.state,
      error,
    });
  }

  /** Signs nothing more; resolves when what is on its way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.running, this.recovering]);
  }

  /** `stop` without waiting for the chain: what is on its way stays in the journal, for whoever comes next. */
  async abandon(): Promise<void> {
    this.isStopped = true;
    this.deliveries.abort();
    await Promise.all([this.running, this.recovering]);
  }

  /** Nobody has to wait until leases run out that this worker does nothing with. */
  private async giveBack(): Promise<void> {
    await this.settings.queue.release(this.kept);
    this.kept = [];
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.running.then(work);
    this.running = result.catch(() => undefined);
    return result;
  }
}
