/** The worker: leases due jobs, runs several at once, renews their leases, and gives them back when it stops. */
import { randomUUID } from "node:crypto";
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";
import type { Logger } from "../observe/log";
import type { CrashHook } from "./crash-points";
import { ChainTimes } from "./chain-times";
import { watchFinality } from "./finality";
import type { Job, JobHandler, NewJob, Outbox } from "./outbox";
import { addJob, leaseJobs, releaseLeases, renewLeases } from "./queue";
import { type Outcome, runJob, type RunServices } from "./run-job";
import { Waiters } from "./waiters";

/** Options of `createOutbox`; all but the first four have defaults. */
export interface OutboxOptions {
  database: Database;
  chains: Readonly<Partial<Record<Mode, ChainRuntime>>>;
  log: Logger;
  /** Local time, for ids alone. */
  now(): Date;
  /** Jobs at once. Default: 16. */
  concurrency?: number;
  /** Seconds without a sign of life after which another process takes a job over. Default: 30. */
  leaseSeconds?: number;
  /** Interval between two looks for due jobs, in milliseconds. Default: 1,000. */
  pollMs?: number;
  /** Equal refusals after which a job fails. Default: 4. */
  refusals?: number;
  /** Interval between two sends of the same bytes, in milliseconds. Default: 1,000. */
  resendEveryMs?: number;
  /** Milliseconds after which a run gives up on a confirmation and comes back to it later. Default: 120,000. */
  confirmMs?: number;
  /** Milliseconds that a handler's `build` has. Default: 60,000. */
  buildMs?: number;
  /** Milliseconds that the answer to a request waits for its job. Default: 10,000. */
  answerWaitMs?: number;
  /** Number in [0, 1) for the jitter. Default: `Math.random`. */
  random?: () => number;
  /** Interval between two looks whether landed transactions are final, in milliseconds. Default: 5,000. */
  finalityMs?: number;
  /** Called after each run of a job, and when the chain took one back, for metrics. */
  onOutcome?: (kind: string, outcome: Outcome | "reverted") => void;
  crash?: CrashHook;
}

/** An outbox that works. */
export interface RunningOutbox extends Outbox {
  /** Starts the work; handlers are registered before. */
  start(): void;
  /** Takes no more jobs and waits for those at work, at most `drainMs` (20,000). True when all of them ended. */
  stop(drainMs?: number): Promise<boolean>;
}

/**
 * Creates the outbox of one process; several processes share a database without a leader.
 * @example
 * const outbox = createOutbox({ database, chains, log, now: () => new Date() });
 * outbox.register("release_milestone", handler);
 * outbox.start();
 */
export function createOutbox(options: OutboxOptions): RunningOutbox {
  return new Worker(options);
}

class Worker implements RunningOutbox {
  private readonly owner = randomUUID();
  private readonly handlers = new Map<string, JobHandler<unknown>>();
  private readonly active = new Map<string, Promise<void>>();
  private readonly waiters: Waiters;
  private readonly times: ChainTimes;
  private readonly services: RunServices;
  private readonly concurrency: number;
  private readonly leaseSeconds: number;
  private timers: NodeJS.Timeout[] = [];
  private isRunning = false;
  private leasing: Promise<void> | null = null;
  private isWanted = false;
  private watching: Promise<void> | null = null;

  constructor(private readonly options: OutboxOptions) {
    const { database, chains, log } = options;
    this.concurrency = options.concurrency ?? 16;
    this.leaseSeconds = options.leaseSeconds ?? 30;
    this.waiters = new Waiters(database);
    this.times = new ChainTimes(database, chains, log);
    this.services = {
      database,
      chains,
      log,
      handlers: this.handlers,
      random: options.random ?? Math.random,
      refusals: options.refusals ?? 4,
      resendEveryMs: options.resendEveryMs ?? 1_000,
      confirmMs: options.confirmMs ?? 120_000,
      buildMs: options.buildMs ?? 60_000,
      crash: options.crash,
    };
  }

  enqueue(transaction: Database, job: NewJob): Promise<string> {
    return addJob(transaction, job, this.options.now());
  }

  register<Seen>(kind: string, handler: JobHandler<Seen>): void {
    this.handlers.set(kind, handler);
  }

  wait(jobId: string, timeoutMs = this.options.answerWaitMs ?? 10_000): Promise<Job> {
    return this.waiters.wait(jobId, timeoutMs);
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.timers = [
      setInterval(() => this.wake(), this.options.pollMs ?? 1_000),
      setInterval(() => this.watch(), this.options.finalityMs ?? 5_000),
      setInterval(() => void this.renew(), (this.leaseSeconds * 1_000) / 3),
    ];
    this.wake();
  }

  async stop(drainMs = 20_000): Promise<boolean> {
    this.isRunning = false;
    const [poll, watch, renewal] = this.timers;
    clearInterval(poll);
    clearInterval(watch);
    await this.leasing;
    await this.watching;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, drainMs)));
    await Promise.race([Promise.all(this.active.values()), late]);
    clearTimeout(timer);
    clearInterval(renewal);
    const isQuiet = this.active.size === 0;
    // What is signed already goes on in another process; what is not can no longer be signed here.
    if (!isQuiet) await releaseLeases(this.options.database, this.owner).catch(this.warn);
    return isQuiet;
  }

  wake(): void {
    if (!this.isRunning) return;
    if (this.leasing) {
      this.isWanted = true;
      return;
    }
    this.leasing = this.lease()
      .catch(this.warn)
      .finally(() => {
        this.leasing = null;
        if (!this.isWanted) return;
        this.isWanted = false;
        this.wake();
      });
  }

  private readonly warn = (error: unknown): void =>
    this.options.log.warn({ err: error }, "outbox: database");

  private async lease(): Promise<void> {
    const count = this.concurrency - this.active.size;
    if (count <= 0 || this.handlers.size === 0) return;
    const times = await this.times.read();
    const rows = await leaseJobs(this.options.database, {
      owner: this.owner,
      count,
      leaseSeconds: this.leaseSeconds,
      kinds: [...this.handlers.keys()],
      times,
    });
    for (const row of rows) {
      const run = runJob(this.services, this.owner, row).then((outcome) => {
        this.active.delete(row.id);
        this.options.onOutcome?.(row.kind, outcome);
        if (outcome === "landed" || outcome === "failed") this.waiters.tell(row.id);
        this.ended();
      });
      this.active.set(row.id, run);
    }
  }

  /** Leases again once a quarter of the places is free: one statement for several jobs. */
  private ended(): void {
    const free = this.concurrency - this.active.size;
    if (free >= this.concurrency / 4) this.wake();
  }

  private watch(): void {
    this.watching ??= watchFinality({
      ...this.services,
      onReverted: (id, kind) => {
        this.waiters.tell(id);
        this.options.onOutcome?.(kind, "reverted");
      },
    }).finally(() => (this.watching = null));
  }

  private async renew(): Promise<void> {
    const ids = [...this.active.keys()];
    if (ids.length === 0) return;
    const { owner, leaseSeconds } = this;
    await renewLeases(this.options.database, { owner, leaseSeconds, ids }).catch(this.warn);
  }
}
