/** Puts finder, scheduler, queue and workers together, and keeps them going until it is told to stop. */
import { createContext, type MilestoneContext, PROGRAM_ID } from "@milepost/sdk";
import { Background } from "./background";
import { type Crew, createCrew } from "./crew";
import { ChainClock } from "./clock/chain-clock";
import { systemTimers, type Timers, within } from "./clock/timers";
import { DatabaseUnusableError } from "./database/errors";
import { checkSchema } from "./database/migrate";
import { Finder } from "./find/finder";
import type { KeeperOptions } from "./keeper-options";
import { Lanes } from "./lanes";
import { Notifier } from "./notify/notifier";
import type { ExecuteQueue } from "./queue/execute-queue";
import { renewalMs } from "./queue/leases";
import type { Readiness } from "./show/http";
import { allEvents, logEvents } from "./show/events";
import { reportRpcs, socketErrors } from "./show/rpcs";
import { SelfReport } from "./show/self-report";
import { forgetAttempts } from "./store/attempts";
import { retryNow } from "./store/retry";
import type { KeeperEvents } from "./types";

const SCHEDULE_MS = 1_000;
const MAINTAIN_MS = 5_000;
const SAMPLE_MS = 15_000;
const REHEARSE_MS = 30_000;
const ALERT_MS = 600_000;
const CHECK_RPCS_MS = 15_000;
const NOTIFY_MS = 30_000;
const SCHEMA_MS = 30_000;
const RECOVER_MS = 30_000;
/** For `runOnce`, which has no second time: longer than a blockhash lives. */
const RECOVER_ROUNDS = 90;
const TABLES_MS = 60_000;
const FORGET_MS = 3_600_000;
const ENQUEUE_LIMIT = 1_000;
const PING_MS = 2_000;
/** Rounds of `runOnce`: a policy has at most so many milestones, and one more round finds nothing. */
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
  /** Goes on while the others stop, until nothing is on its way. */
  private readonly heartbeat: Background;
  private readonly lanes: Lanes;
  private readonly report: SelfReport;
  private readonly crew: Crew | null;
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
    const { connection, database, log, metrics, queue, gateway = null, feePayer } = options;
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
    this.events = allEvents(metrics, logEvents(log), options.events ?? {}, {
      executed: ({ policy, slot }) => {
        this.paid += 1;
        // What is next of it is not to wait for a scan.
        this.finder.changed(policy, slot);
      },
      failed: ({ policy }, { kind }) => {
        // Somebody else has paid it, or an RPC was behind: what is next is not to wait for a scan either.
        if (kind === "terminal") this.finder.changed(policy, this.clock.slot ?? 0);
      },
    });
    this.notifier = new Notifier({
      database,
      channels: options.notify ?? [],
      onSent: (channel, sent) => log.info({ channel, alerts: sent.length }, "alerts sent"),
      onFailed: (channel, error, retrySeconds) => {
        metrics.notificationFailed(channel);
        log.warn({ channel, retrySeconds, err: error }, "alerts not sent; tried again later");
      },
    });
    this.finder = new Finder({
      connection,
      database,
      programId,
      commitment,
      timers,
      clock: this.clock,
      connect: options.connect,
      silenceMs: options.silenceMs,
      gapMs: options.gapMs,
      gatewaySigners: gateway ? [gateway.signer.publicKey] : [],
      onUnreadable: (address, error) => log.warn({ address, err: error }, "unreadable account"),
      onError: (task, error) => {
        if (task === "reconcile") this.scanError = error;
        this.background.failed(task, error);
      },
      onSocketError: socketErrors(log, timers),
      onReconciled: ({ seen, removed }) => {
        this.scanError = null;
        this.background.succeeded("reconcile");
        metrics.scanned(seen);
        log.info({ policies: seen, removed }, "chain scanned");
      },
    });
    this.crew = queue ? createCrew(options, queue, this.context, this.events, this.clock) : null;
    this.report = new SelfReport({
      options,
      context: this.context,
      clock: this.clock,
      timers,
      events: this.events,
      rentBudget: this.crew?.rentBudget ?? null,
      isScanned: () => this.finder.isReady,
      isLive: () => this.finder.isLive,
      isStopping: () => this.stopping !== null,
    });
    this.lanes = new Lanes({
      workers: this.crew?.workers ?? [],
      timers,
      onFailed: (error) => this.background.failed("work", error),
      onWorked: () => this.background.succeeded("work"),
    });
  }

  /** Whether the store has been made to agree with the chain since the start. */
  get isScanned(): boolean {
    return this.finder.isReady;
  }

  /** Starts everything; resolves after the first scan, successful or not. What fails is tried again. */
  async start(): Promise<void> {
    const { background, options } = this;
    background.every(SAMPLE_MS, "sample", () => this.report.sample());
    background.every(ALERT_MS, "alerts", () => this.alert());
    background.every(SCHEMA_MS, "schema", () => checkSchema(options.database));
    const { queue, pool } = options;
    if (pool) background.every(CHECK_RPCS_MS, "check RPCs", () => pool.check());
    if (queue) {
      this.renewLeases(queue);
      background.every(SCHEDULE_MS, "schedule", () => this.schedule(queue));
      background.every(MAINTAIN_MS, "maintain", () => queue.maintain());
      background.every(RECOVER_MS, "recover", () => this.recover());
      // What a killed keeper left does not have to wait for the first time.
      void background.run("maintain", () => queue.maintain());
      void background.run("recover", () => this.recover());
      background.every(NOTIFY_MS, "notify", () => this.notifier.deliver());
      background.every(TABLES_MS, "lookup tables", () => this.crew!.tables.maintain());
      background.every(FORGET_MS, "forget", () =>
        forgetAttempts(options.database, options.journalDays ?? 30),
      );
    } else {
      background.every(REHEARSE_MS, "rehearse", () => this.report.rehearse());
    }
    await this.finder.start();
    await Promise.all([
      background.run("sample", () => this.report.sample()),
      background.run("alerts", () => this.alert()),
      ...(queue ? [] : [background.run("rehearse", () => this.report.rehearse())]),
    ]);
  }

  /**
   * Scans, executes what is due until nothing more is, and resolves with how many milestones that paid. Without `start`.
   * Rejects when the scan, the database or the queue fails.
   */
  async runOnce(): Promise<number> {
    const { queue } = this.options;
    const { lanes } = this;
    if (queue) {
      this.renewLeases(queue);
      await queue.maintain();
      // Before the scan, which then shows what comes after a milestone that a killed keeper had signed for.
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
      while ((await queue.enqueueDue(now, ENQUEUE_LIMIT)) > 0) await lanes.drain();
      await lanes.drain();
      if (this.paid === before) break;
      // A policy whose milestone was paid shows its next one only to another read.
      await this.scanNow();
    }
    await this.alert();
    return this.paid;
  }

  /**
   * Takes nothing more, waits for what is under way, and gives the leases back. What is signed is in the journal, so
   * whoever comes next finds out what became of it. Resolves with whether everything ended within `stopMs`.
   */
  stop(): Promise<boolean> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** The database reachable, a scan done, an RPC that answers, fees to pay with, and not stopping. */
  readiness(): Promise<Readiness> {
    return this.report.readiness();
  }

  /** The terminal view. Rejects when the database or the RPC can't be read. */
  status(now: Date = new Date()): Promise<string> {
    return this.report.status(now);
  }

  /**
   * Has these, or all, tried again at once: what was put off after a failure, and what waits for an account to change.
   * Returns how many policies that are. Nothing is signed that may still land, as leases and the journal stay.
   */
  async retryNow(policies: readonly string[] = []): Promise<number> {
    const { database, log } = this.options;
    const retried = await retryNow(database, policies.length > 0 ? { policies } : {});
    log.info({ policies: retried }, "told to try again now");
    return retried;
  }

  private renewLeases(queue: ExecuteQueue): void {
    this.heartbeat.every(renewalMs(queue.leaseSeconds), "renew leases", () => queue.renew());
  }

  private async schedule(queue: ExecuteQueue): Promise<void> {
    const now = await this.report.chainNow();
    await queue.enqueueDue(now, ENQUEUE_LIMIT);
    this.lanes.fill();
  }

  /** What was signed and whose end nobody found out, such as by a keeper that was killed. */
  private async recover(maxRounds?: number): Promise<void> {
    await this.crew?.workers[0]?.recover({ maxRounds });
  }

  private async scanNow(): Promise<void> {
    this.scanError = NOT_SCANNED;
    this.finder.requestReconcile();
    await this.finder.reconcileWhenDue();
    if (this.scanError) throw this.scanError;
  }

  private async alert(): Promise<void> {
    await this.report.alert();
    if (this.options.queue) await this.notifier.deliver();
  }

  private async end(): Promise<boolean> {
    const { queue, stopMs = 25_000 } = this.options;
    const others = Promise.all([this.background.stop(), this.finder.stop()]);
    const ended = this.lanes.stop().then(() => true);
    const isQuiet = (await within(this.timers, stopMs, ended)) ?? false;
    if (!isQuiet) await within(this.timers, PING_MS, this.lanes.abandon());
    // A scan may take minutes, and nothing depends on its end.
    await within(this.timers, PING_MS, Promise.all([others, this.heartbeat.stop()]));
    // Without the database nothing is given back, and the leases end by themselves.
    await within(this.timers, PING_MS, queue?.stop() ?? Promise.resolve()).catch((error: unknown) =>
      this.background.failed("stop", error),
    );
    return isQuiet;
  }
}
