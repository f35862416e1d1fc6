/** Reports on a running keeper: readiness, status, metrics, alerts, and the executions of a dry run. */
import type { MilestoneContext } from "@milepost/sdk";
import type { Database } from "@milepost/database";
import type { ChainClock } from "./clock/chain-clock";
import { type Timers, within } from "./clock/timers";
import type { KeeperOptions } from "./keeper-options";
import { INTERVAL_MS } from "./intervals";
import { raiseAlerts, type Underfunded } from "./store/alerts";
import { databaseTime, recordWork, workOf } from "./store/shared-work";
import { counts } from "./store/status";
import type { KeeperEvents } from "./observe/events";
import type { RentBudget } from "./work/rent-budget";
import { FeePayerBalance } from "./coverage/fee-payer-balance";
import type { Readiness } from "./observe/http";
import { rehearse } from "./work/dry-run";
import { isOnChain, rpcNotes } from "./status/rpcs";
import { readStatus, renderStatus } from "./status/status";
import { findUnderfunded } from "./coverage/underfunded";

export interface SelfReportOptions {
  options: KeeperOptions;
  context: MilestoneContext;
  clock: ChainClock;
  timers: Timers;
  events: Pick<KeeperEvents, "underfunded">;
  /** Null in a dry run. */
  rentBudget: RentBudget | null;
  /** Returns true once the store has been made to agree with the chain since the start. */
  isScanned(): boolean;
  /** Returns true while the websocket delivers news. */
  isLive(): boolean;
  isStopping(): boolean;
}

const PING_MS = 2_000;
/** Name of the alerts as shared work. */
const ALERTS = "alerts";

export class SelfReport {
  /** True once alerts were raised. */
  hasAlerted = false;
  private uncovered: readonly Underfunded[] | null = null;
  private readonly feePayer: FeePayerBalance;
  private sampledNow: bigint | null = null;
  private answeredAt = -Infinity;
  private pinging: Promise<boolean> | null = null;

  constructor(private readonly parts: SelfReportOptions) {
    this.feePayer = new FeePayerBalance(parts.options, parts.timers);
  }

  /** Reads the chain's time, which also shows that the RPC answers. A reading that is younger than `maxAgeMs` counts. */
  async chainNow(maxAgeMs = 0): Promise<bigint> {
    const { now } = await this.parts.clock.time({ maxAgeMs });
    this.answeredAt = this.parts.timers.now();
    return now;
  }

  /**
   * Checks that the database is reachable, a scan is done, an RPC answers, the fee payer has SOL, and the keeper is
   * not stopping.
   */
  async readiness(): Promise<Readiness> {
    const { options, timers } = this.parts;
    const { rpcSilenceMs = 30_000, pool } = options;
    const checks = {
      database: (await within(timers, PING_MS, this.ping())) ?? false,
      scanned: this.parts.isScanned(),
      rpc: timers.now() - this.answeredAt <= rpcSilenceMs,
      "fee payer": this.feePayer.view !== null && !this.feePayer.view.isShort,
      running: !this.parts.isStopping(),
      ...(pool ? { chain: isOnChain(pool) } : {}),
    };
    const isReady = Object.values(checks).every(Boolean);
    return { isReady, checks, ...(pool ? { notes: rpcNotes(pool) } : {}) };
  }

  /** Renders the terminal view. Rejects when the database or the RPC can't be read. */
  async status(now: Date): Promise<string> {
    const view = await readStatus({
      database: this.reads,
      chainNow: await this.chainNow(),
      queue: this.parts.options.queue ?? undefined,
      underfunded: this.uncovered,
      feePayer: this.feePayer.view,
      rpcs: this.parts.options.pool?.health.views(),
    });
    return renderStatus(view, now);
  }

  /** Updates the metrics. Without an RPC, it shows the store as of the chain's last known time, then rejects. */
  async sample(): Promise<void> {
    const { queue, metrics, connection, feePayer, commitment } = this.parts.options;
    const [time, balance] = await Promise.allSettled([
      this.chainNow(),
      connection.getBalance(feePayer.publicKey, commitment),
    ]);
    const failed = [time, balance].find((asked) => asked.status === "rejected");
    if (time.status === "fulfilled") this.sampledNow = time.value;
    const chainNow = this.sampledNow;
    if (balance.status === "fulfilled") await this.feePayer.weigh(balance.value);
    if (chainNow !== null) {
      metrics.sampled({
        chainNow,
        counts: await counts(this.reads, chainNow),
        queue: (await queue?.depth(this.reads)) ?? { queued: 0, active: 0 },
        feePayerLamports: balance.status === "fulfilled" ? balance.value : null,
        feePayerPayments: this.feePayer.view?.paymentsLeft ?? null,
        rentBudgetLeft: (await this.parts.rentBudget?.left()) ?? null,
        isLive: this.parts.isLive(),
      });
    }
    if (failed?.status === "rejected") throw failed.reason;
  }

  async alert(): Promise<void> {
    const { options, context, events } = this.parts;
    const { database, metrics, log, queue } = options;
    const begunAt = await databaseTime(database);
    const chainNow = await this.chainNow();
    const report = await findUnderfunded({
      database,
      context,
      chainNow,
      onUnreadable: (address, error) => log.warn({ address, err: error }, "unreadable account"),
    });
    this.uncovered = report.found;
    metrics.uncovered(report.found.length);
    this.hasAlerted = true;
    // A dry run must not take the alert from the keeper that runs.
    if (!queue) return;
    await raiseAlerts(database, { ...report, chainNow }, (alert) => events.underfunded(alert));
    await recordWork(database, ALERTS, begunAt);
  }

  /** Resolves with true when the database has other keepers, and one of them has raised alerts within the last minute. */
  async hasOtherAlerted(): Promise<boolean> {
    const { database, isShared = false } = this.parts.options;
    if (!isShared) return false;
    const work = await workOf(database, ALERTS, await databaseTime(database));
    return work !== null && work.ageMs <= INTERVAL_MS.firstAlert;
  }

  /** Logs what a dry run would execute now, policy by policy. Rejects when the database or the RPC can't be read. */
  async rehearse(): Promise<void> {
    const { database, gateway, log, feePayer, rewardOwner } = this.parts.options;
    const { policies, transactions } = await rehearse({
      database,
      context: this.parts.context,
      gatewaySigners: gateway ? [gateway.signer.publicKey] : [],
      rewardOwner: rewardOwner ?? feePayer.publicKey,
      chainNow: await this.chainNow(),
    });
    for (const policy of policies) {
      log.info({ ...policy }, policy.wouldLand ? "would be executed" : "would not be executed");
    }
    log.info({ due: policies.length, transactions }, "dry run: nothing was signed or sent");
  }

  /** Database with connections that no payment waits for. */
  private get reads(): Database {
    return this.parts.options.statusDatabase ?? this.parts.options.database;
  }

  /** Pings the database, one ping at a time: a database that does not answer gets no second one. */
  private ping(): Promise<boolean> {
    this.pinging ??= this.reads
      .query("SELECT 1")
      .then(
        () => true,
        () => false,
      )
      .finally(() => (this.pinging = null));
    return this.pinging;
  }
}
