/** Connects finder, scheduler, queue and workers, and keeps them running until the keeper is stopped. */
import { createContext, type MilestoneContext, PROGRAM_ID } from "@milepost/sdk";
import { DatabaseUnusableError } from "@milepost/database";
import { Background } from "./background";
import { createNotifier } from "./create-notifier";
import { createWorkers, type Workers } from "./create-workers";
import { ChainClock } from "./clock/chain-clock";
import { systemTimers, type Timers, within } from "./clock/timers";
import { checkSchema } from "./store/database";
import { createFinder } from "./create-finder";
import type { Finder } from "./find/finder";
import { INTERVAL_MS } from "./intervals";
import type { KeeperOptions } from "./keeper-options";
import { WorkerPool } from "./worker-pool";
import type { Notifier } from "./notify/notifier";
import type { ExecuteQueue } from "./queue/leases";
import { renewalMs } from "./queue/lease-rows";
import type { Readiness } from "./observe/http";
import { allEvents, type KeeperEvents, logEvents } from "./observe/events";
import { reportRpcs } from "./status/rpcs";
import { SelfReport } from "./self-report";
import { forgetAttempts } from "./store/attempts";
import { retryNow } from "./store/retry";

/** Number of sends in `runOnce`, which does not come back later: longer than a blockhash lives. */
const RECOVER_ROUNDS = 90;
const ENQUEUE_LIMIT = 1_000;
/** Age up to which the time of a worker's read counts, less than the interval: an idle keeper reads it each time. */
const SCHEDULE_AGE_MS = 900;
const PING_MS = 2_000;
/** Limit of rounds in `runOnce`: the milestones of a policy, and one more round that finds nothing. */
const MAX_ROUNDS = 5;
const NOT_SCANNED = new Error("the chain could not be scanned");

/**
 * A keeper that is not started yet. Several may share one Postgres.
 * @example
 * const keeper = createKeeper({ database, queue, connection, connect, feePayer, log, metrics });
 * await keeper.start();
 * process.once("SIGTERM", () => void keeper.stop());
 */
export function createKeeper(options: KeeperOptions): Keeper {
  return new Keeper(options);
}

/** A keeper, as `createKeeper` makes it. It does nothing until `start` or `runOnce` is called. */
export class Keeper {
  private readonly timers: Timers;
  private readonly context: MilestoneContext;
  private readonly clock: ChainClock;
  private readonly finder: Finder;
  private readonly background: Background;
  /** Heartbeat that continues while the others stop, until no transaction is on its way. */
  private readonly heartbeat: Background;
  private readonly workerPool: WorkerPool;
  private readonly report: SelfReport;
  private readonly workers: Workers | null;
  private readonly events: KeeperEvents;
  private readonly notifier: Notifier;
  private paid = 0;
  private scanError: unknown = null;
  private stopping: Promise<boolean> | null = null;

  /** Error that ends the keeper's work, such as a database that a newer keeper has migrated; stop the keeper then. */
  readonly failure: Promise<DatabaseUnusableError>;
  private giveUp!: (error: DatabaseUnusableError) => void;

  constructor(private readonly options: KeeperOptions) {
    this.failure = new Promise((resolve) => (this.giveUp = resolve));
    const { connection, log, metrics, queue, feePayer } = options;
    const { commitment = "confirmed", programId = PROGRAM_ID } = options;
    this.timers = options.timers ?? systemTimers;
    const { timers } = this;
    if (options.pool) reportRpcs(options.pool, log, metrics);
    this.context = createContext(connection, feePayer, { programId, commitment });
    this.clock = new ChainClock({ connection, timers, commitment });
    const reported = {
      timers,
      onFailing: (task: string, error: unknown) =>
        log.warn({ task, err: error }, "failed, and tried again"),
      onRecovered: (task: string) => log.info({ task }, "works again"),
      onFailed: (error: unknown) => {
        if (error instanceof DatabaseUnusableError) this.giveUp(error);
      },
    };
    this.background = new Background(reported);
    this.heartbeat = new Background(reported);
    this.events = this.createEvents();
    this.notifier = createNotifier(options);
    this.finder = createFinder(options, {
      ...{ context: this.context, clock: this.clock, timers },
      onError: (task, error) => {
        if (task === "reconcile") this.scanError = error;
        this.background.failed(task, error);
      },
      onScanned: () => {
        this.scanError = null;
        this.background.succeeded("reconcile");
      },
    });
    this.workers = queue
      ? createWorkers(options, queue, this.context, this.events, this.clock)
      : null;
    this.report = new SelfReport({
      options,
      context: this.context,
      clock: this.clock,
      timers,
      events: this.events,
      rentBudget: this.workers?.rentBudget ?? null,
      isScanned: () => this.finder.isReady,
      isLive: () => this.finder.isLive,
      isStopping: () => this.stopping !== null,
    });
    this.workerPool = new WorkerPool({
      workers: this.workers?.all ?? [],
      timers,
      onFailed: (error) => this.background.failed("work", error),
      onWorked: () => this.background.succeeded("work"),
    });
  }

  /** True once the store has been made to agree with the chain since the start. */
  get isScanned(): boolean {
    return this.finder.isReady;
  }

  /** Starts everything; resolves after the first scan, successful or not. Failed tasks are tried again. */
  async start(): Promise<void> {
    const { background, options } = this;
    background.every(INTERVAL_MS.sample, "sample", () => this.report.sample());
    background.every(INTERVAL_MS.alert, "alerts", () => this.alert());
    background.every(INTERVAL_MS.firstAlert, "first alerts", () => this.firstAlert(false));
    background.every(INTERVAL_MS.schema, "schema", () => checkSchema(options.database));
    const { queue, pool } = options;
    if (pool) background.every(INTERVAL_MS.checkRpcs, "check RPCs", () => pool.check());
    if (queue) {
      this.renewLeases(queue);
      background.every(INTERVAL_MS.schedule, "schedule", () => this.schedule(queue));
      background.every(INTERVAL_MS.maintain, "maintain", () => queue.maintain());
      background.every(INTERVAL_MS.recover, "recover", () => this.recover());
      // The leases of a killed keeper do not have to wait for the first interval.
      void background.run("maintain", () => queue.maintain());
      void background.run("recover", () => this.recover());
      background.every(INTERVAL_MS.notify, "notify", () => this.notifier.deliver());
      background.every(INTERVAL_MS.lookupTables, "lookup tables", () =>
        this.workers!.tables.maintain(),
      );
      background.every(INTERVAL_MS.forget, "forget", () =>
        forgetAttempts(options.database, options.journalDays ?? 30),
      );
    } else {
      background.every(INTERVAL_MS.rehearse, "rehearse", () => this.report.rehearse());
    }
    await this.finder.start();
    await Promise.all([
      background.run("sample", () => this.report.sample()),
      background.run("first alerts", () => this.firstAlert(true)),
      ...(queue ? [] : [background.run("rehearse", () => this.report.rehearse())]),
    ]);
  }

  /**
   * Scans, executes policies until none is due, and resolves with the number of paid milestones. Works without
   * `start`. Rejects when the scan, the database or the queue fails.
   */
  async runOnce(): Promise<number> {
    const { queue } = this.options;
    const { workerPool } = this;
    if (queue) {
      this.renewLeases(queue);
      await queue.maintain();
      // Runs before the scan, which then shows what follows a milestone that a killed keeper had signed for.
      await this.recover(RECOVER_ROUNDS);
    }
    await this.scanNow();
    if (!queue) {
      await this.report.rehearse();
      return 0;
    }
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const before = this.paid;
      const now = await this.report.chainNow();
      while ((await queue.enqueueDue(now, ENQUEUE_LIMIT)) > 0) await workerPool.drain();
      await workerPool.drain();
      if (this.paid === before) break;
      // After a payment, another read has to show the policy's next milestone.
      await this.scanNow();
    }
    await this.alert();
    return this.paid;
  }

  /**
   * Takes no new policies, waits for the work in progress, and gives the leases back. Signed transactions are in the
   * journal, so the next keeper finds out how they ended. Resolves with true when everything ended within `stopMs`.
   */
  stop(): Promise<boolean> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** Checks database, first scan, RPC answers and the fee payer's balance, and that the keeper is not stopping. */
  readiness(): Promise<Readiness> {
    return this.report.readiness();
  }

  /** Renders the terminal view. Rejects when the database or the RPC can't be read. */
  status(now: Date = new Date()): Promise<string> {
    return this.report.status(now);
  }

  /**
   * Makes these policies, or all, due again at once: policies postponed after a failure or waiting for an
   * account to change. Returns their number. Nothing is signed that may still land, as leases and the journal stay.
   */
  async retryNow(policies: readonly string[] = []): Promise<number> {
    const { database, log } = this.options;
    const retried = await retryNow(database, policies.length > 0 ? { policies } : {});
    log.info({ policies: retried }, "retrying now, as requested");
    return retried;
  }

  /** Joins metrics, log and the caller's listeners, and has the finder read what an execution changed. */
  private createEvents(): KeeperEvents {
    const { metrics, log, events = {} } = this.options;
    return allEvents(metrics, logEvents(log), events, {
      executed: ({ policy, slot }) => {
        this.paid += 1;
        // The policy's next milestone must not wait for a scan.
        this.finder.changed(policy, slot);
      },
      failed: ({ policy }, { kind }) => {
        // Another executor has paid it, or an RPC lagged: the next milestone must not wait for a scan either.
        if (kind === "terminal") this.finder.changed(policy, this.clock.slot ?? 0);
      },
    });
  }

  private renewLeases(queue: ExecuteQueue): void {
    this.heartbeat.every(renewalMs(queue.leaseSeconds), "renew leases", () => queue.renew());
  }

  private async schedule(queue: ExecuteQueue): Promise<void> {
    const now = await this.report.chainNow(SCHEDULE_AGE_MS);
    await queue.enqueueDue(now, ENQUEUE_LIMIT);
    this.workerPool.fill();
  }

  /** Finds out how signed transactions ended whose result was never recorded, such as those of a killed keeper. */
  private async recover(maxRounds?: number): Promise<void> {
    await this.workers?.all[0]?.recover({ maxRounds });
  }

  private async scanNow(): Promise<void> {
    this.scanError = NOT_SCANNED;
    this.finder.requestReconcile();
    await this.finder.reconcileWhenDue();
    if (this.scanError) throw this.scanError as Error;
  }

  /** Raises alerts for the first time; at the start, not beside another keeper that just has. */
  private async firstAlert(isStart: boolean): Promise<void> {
    const { report } = this;
    if (!report.hasAlerted && !(isStart && (await report.hasOtherAlerted()))) await this.alert();
  }

  private async alert(): Promise<void> {
    await this.report.alert();
    if (this.options.queue) await this.notifier.deliver();
  }

  private async end(): Promise<boolean> {
    const { queue, stopMs = 25_000 } = this.options;
    const others = Promise.all([this.background.stop(), this.finder.stop()]);
    const ended = this.workerPool.stop().then(() => true);
    const isQuiet = (await within(this.timers, stopMs, ended)) ?? false;
    if (!isQuiet) await within(this.timers, PING_MS, this.workerPool.abandon());
    // A scan may take minutes, and nothing depends on its end.
    await within(this.timers, PING_MS, Promise.all([others, this.heartbeat.stop()]));
    // Without the database no lease is given back, and the leases expire by themselves.
    await within(this.timers, PING_MS, queue?.stop() ?? Promise.resolve()).catch((error: unknown) =>
      this.background.failed("stop", error),
    );
    return isQuiet;
  }
}
