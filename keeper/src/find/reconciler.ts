/** Decides when policies are read again: all at once after missed news, otherwise page by page. */
import { type Pause, systemPause } from "../send/pause";
import type { Timers } from "../clock/timers";
import { areSameRules, type LoadedRules, loadPlanRules } from "./plan-rules";
import { type Reconciled, type ReconcileSource, Round } from "./reconcile";
import type { SharedScans } from "./shared-scan";

export interface ReconcilerOptions extends ReconcileSource {
  timers: Pick<Timers, "now">;
  /** Default: `systemPause`. */
  pause?: Pause;
  /**
   * Time in which every policy is read again, in milliseconds, one page after the other. Default: 600,000 when one
   * page has all policies, otherwise 1,800,000.
   */
  reconcileMs?: number;
  /** Delay after a scan or a page that failed, in milliseconds. Default: 15,000. */
  retryMs?: number;
  /**
   * Shortest time from one scan to the next when news was missed in between, in milliseconds. It is ten times the
   * duration of the scan when that is more, so that an unstable socket costs little. Default: 10,000.
   */
  gapMs?: number;
  /** Signal that aborts when the finder stops. */
  signal: AbortSignal;
  /** Scans of the other keepers of the database. Default: none; the first scan comes at the start. */
  sharedScans?: SharedScans;
  /** Returns true while news arrives. Default: false; no scan of another keeper then counts. */
  isLive?(): boolean;
  onReconciled?(result: Reconciled): void;
  /** Reports that another keeper's scan counts for this one, which scans by itself after `milliseconds`. */
  onRelied?(milliseconds: number): void;
  /** Reports that an RPC wants fewer requests, before the scan waits for it. */
  onRefused?(error: unknown): void;
}

const ONE_PAGE_MS = 600_000;
const MANY_PAGES_MS = 1_800_000;
/** Shortest pause between two pages in the background. */
const PAGE_PAUSE_MS = 1_000;
/** Pause between two reads of accounts in the background: public RPCs allow 40 of a method in ten seconds. */
const READ_PAUSE_MS = 250;
/** Interval between two reads of the rules, in milliseconds, when a round takes longer. */
const RULES_MS = 600_000;

export class Reconciler {
  private readonly pause: Pause;
  /** Rules of the last complete scan or round; null before the first. */
  rules: LoadedRules | null = null;
  private rulesAt = 0;
  /** Time of the next scan of everything; infinite while none is wanted. */
  private nextScanAt = 0;
  private nextPageAt = Infinity;
  /** Time from one page of a rolling round to the next. */
  private pageMs = Infinity;
  private rolling: Round | null = null;
  /** Scan that failed, and continues with the page that failed. */
  private failed: Round | null = null;
  /** Start of the scan that is under way or failed, for `SharedScans`. */
  private begunAt: string | null = null;
  /** True until the first scan: only a start may rely on another keeper's. */
  private mayRely = true;
  /** True when news was missed since the last scan began. */
  private hasGap = false;
  /** Slot at which news was missed. */
  private gapSlot = 0;
  private isScanning = false;
  private scan = { startedAt: -Infinity, tookMs: 0 };

  constructor(private readonly options: ReconcilerOptions) {
    this.pause = options.pause ?? systemPause;
  }

  /** True once the first scan has begun. */
  get hasBegun(): boolean {
    return this.scan.startedAt !== -Infinity;
  }

  /** True when it is time for a scan or a page. */
  get isDue(): boolean {
    return this.isScanDue || this.options.timers.now() >= this.nextPageAt;
  }

  private get isScanDue(): boolean {
    const now = this.options.timers.now();
    return now >= this.nextScanAt || this.isGapDue(now);
  }

  /** True while the store agrees with the chain, as far as news tells: no scan is due or under way, and no news was missed. */
  get isCurrent(): boolean {
    return this.rules !== null && !this.hasGap && !this.isScanning && !this.isScanDue;
  }

  /** Asks for a scan of everything at the next opportunity. */
  request(): void {
    this.mayRely = false;
    this.nextScanAt = 0;
    this.failed = null;
  }

  /** Notes that news was missed, at the slot when it is credible. Before the first scan there is no news to miss. */
  missed(slot: number | null): void {
    this.hasGap = this.hasBegun;
    if (this.hasBegun && slot !== null) this.gapSlot = slot;
  }

  /** Scans everything, or reads the next page of a round, whichever is due. */
  async run(): Promise<void> {
    if (!this.isScanDue) return this.readOn();
    if (await this.relies()) return;
    await this.scanAll();
  }

  /**
   * Resolves with true when another keeper's scan counts in place of this one's: at the start, that of a living keeper,
   * and then one that began after the start. A request or missed news ends that.
   */
  private async relies(): Promise<boolean> {
    const { timers, sharedScans, isLive, onRelied } = this.options;
    if (!sharedScans || !this.mayRely || this.hasGap || !isLive?.()) return false;
    this.scan.startedAt = timers.now();
    this.nextScanAt = Infinity;
    // The scan reports what fails here.
    const wait = await this.msUntilOwnScan(sharedScans).catch(() => null);
    // A request in the meantime asks for a scan.
    if (wait !== null && this.nextScanAt === Infinity) {
      this.nextScanAt = timers.now() + wait;
      onRelied?.(wait);
      return true;
    }
    this.nextScanAt = 0;
    return false;
  }

  private async msUntilOwnScan(sharedScans: SharedScans): Promise<number | null> {
    if (this.rules) {
      this.mayRely = false;
      const age = await sharedScans.newerScan(this.rules);
      return age === null ? null : Math.max(0, ONE_PAGE_MS - age);
    }
    const rules = await loadPlanRules(this.options);
    const wait = await sharedScans.rely(rules);
    if (wait === null) return null;
    this.rules = rules;
    this.rulesAt = this.options.timers.now();
    return wait;
  }

  private isGapDue(now: number): boolean {
    const { startedAt, tookMs } = this.scan;
    return this.hasGap && now >= startedAt + Math.max(this.options.gapMs ?? 10_000, 10 * tookMs);
  }

  private async scanAll(): Promise<void> {
    const { timers, retryMs = 15_000, sharedScans } = this.options;
    const startedAt = timers.now();
    // What was missed since a failed scan began may be on a page that it has read.
    if (!this.failed) {
      this.hasGap = false;
      this.begunAt = null;
    }
    const round = this.failed ?? this.newRound(0);
    // A request during the scan asks for another one.
    this.nextScanAt = Infinity;
    this.nextPageAt = Infinity;
    this.rolling = null;
    this.failed = null;
    this.mayRely = false;
    this.isScanning = true;
    this.scan.startedAt = startedAt;
    try {
      this.begunAt ??= (await sharedScans?.begun()) ?? null;
      const result = await round.finish();
      // A node that lags has not seen what was missed.
      if (result.slot < this.gapSlot) this.hasGap = true;
      if (this.begunAt && !this.hasGap) await sharedScans?.ended(result.rules, this.begunAt);
      this.ended(result, round);
      this.nextPageAt = Math.max(startedAt + this.pageMs, timers.now() + PAGE_PAUSE_MS);
    } catch (error) {
      if (this.nextScanAt === Infinity) this.failed = round;
      this.nextScanAt = Math.min(this.nextScanAt, timers.now() + retryMs);
      throw error;
    } finally {
      this.isScanning = false;
      this.scan.tookMs = timers.now() - startedAt;
    }
  }

  /** Reads one page of the rolling round. */
  private async readOn(): Promise<void> {
    const { timers, retryMs = 15_000 } = this.options;
    this.rolling ??= this.newRound(READ_PAUSE_MS);
    const round = this.rolling;
    try {
      await this.renewRules();
      const result = await round.step();
      if (result) this.ended(result, round);
      // After a delay, pages come at most twice as fast, until the round is in time again.
      const least = Math.max(PAGE_PAUSE_MS, this.pageMs / 2);
      this.nextPageAt = Math.max(this.nextPageAt + this.pageMs, timers.now() + least);
    } catch (error) {
      this.nextPageAt = timers.now() + retryMs;
      throw error;
    }
  }

  /** Asks for a scan when the rules have changed, as those of all pages do. */
  private async renewRules(): Promise<void> {
    const { rules } = this;
    const now = this.options.timers.now();
    if (!rules || now < this.rulesAt + RULES_MS || this.pageMs >= ONE_PAGE_MS) return;
    const isSame = areSameRules(rules, await loadPlanRules(this.options));
    this.rulesAt = now;
    if (!isSame) this.request();
  }

  private ended(result: Reconciled, round: Round): void {
    const { reconcileMs = round.pages > 1 ? MANY_PAGES_MS : ONE_PAGE_MS } = this.options;
    this.rules = result.rules;
    this.rulesAt = this.options.timers.now();
    this.rolling = null;
    this.pageMs = reconcileMs / round.pages;
    this.options.onReconciled?.(result);
  }

  private newRound(betweenMs: number): Round {
    const { signal, onRefused } = this.options;
    return new Round(this.options, { betweenMs, signal, pause: this.pause, onRefused });
  }
}
