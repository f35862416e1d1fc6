/** Runs several workers side by side: while one waits for the chain, the others pay policies that have become due. */
import type { Timers } from "./clock/timers";
import type { Worker } from "./work/worker";

export interface WorkerPoolOptions {
  workers: readonly Pick<Worker, "pass" | "stop" | "abandon">[];
  timers: Pick<Timers, "now">;
  onFailed(error: unknown): void;
  onWorked(): void;
}

/** Pause after a failed pass; it doubles with each failure in a row, up to the maximum. */
const PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

export class WorkerPool {
  private readonly busy = new Map<object, Promise<void>>();
  private isStopped = false;
  private failures = 0;
  private pausedUntil = -Infinity;
  private failure: unknown = null;

  constructor(private readonly options: WorkerPoolOptions) {}

  /** Starts every worker that is idle; each goes on until the queue has nothing for it. */
  fill(): void {
    if (this.isStopped || this.options.timers.now() < this.pausedUntil) return;
    for (const worker of this.options.workers) {
      if (this.busy.has(worker)) continue;
      const ended = this.work(worker).finally(() => this.busy.delete(worker));
      this.busy.set(worker, ended);
    }
  }

  /** Resolves when the queue is empty for every worker. Rejects with the error of a failed pass. */
  async drain(): Promise<void> {
    this.failure = null;
    this.pausedUntil = -Infinity;
    this.fill();
    await Promise.all(this.busy.values());
    if (this.failure) throw this.failure as Error;
  }

  /** Takes nothing more; resolves when the transactions on their way have ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.options.workers.map((worker) => worker.stop()));
    await Promise.all(this.busy.values());
  }

  /** Stops without waiting for the chain: the journal holds the transactions on their way. */
  async abandon(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.options.workers.map((worker) => worker.abandon()));
    await Promise.all(this.busy.values());
  }

  private async work(worker: Pick<Worker, "pass">): Promise<void> {
    const { timers, onFailed, onWorked } = this.options;
    try {
      while (!this.isStopped) {
        const { ended } = await worker.pass();
        this.failures = 0;
        onWorked();
        // Leases that were all given back come again at once: the next tick is early enough for them.
        if (ended === 0) return;
      }
    } catch (error) {
      this.failure = error;
      this.pausedUntil = timers.now() + Math.min(PAUSE_MS * 2 ** this.failures, MAX_PAUSE_MS);
      this.failures += 1;
      onFailed(error);
    }
  }
}
