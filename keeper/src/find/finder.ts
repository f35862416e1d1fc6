/** Keeps the store up to date with the chain: a scan, then news, and a page of policies at a time for missed news. */
import { FUNDING_KIND_DELEGATED } from "@milepost/sdk";
import { type ChainClock, MAX_LEAD_SLOTS } from "../clock/chain-clock";
import type { Timers } from "../clock/timers";
import { systemPause } from "../send/pause";
import { removeVanished, upsertPlans } from "../store/policies";
import { planPolicy, type PlannedPolicy, type SeenPolicy } from "./plan";
import type { LoadedRules } from "./plan-rules";
import { readPlans } from "./read-plans";
import { Reconciler, type ReconcilerOptions } from "./reconciler";
import type { ReconcileSource } from "./reconcile";
import { rpcPolicySource, type RpcPolicySourceOptions } from "./rpc-source";
import { SharedScans } from "./shared-scan";
import type { PolicyListener, PolicySource } from "./source";
import { UnreadPolicies } from "./unread";
import { checkWatched, type WatchSource } from "./read-watches";

export interface FinderOptions extends Omit<
  ReconcilerOptions,
  "source" | "signal" | "onRefused" | "sharedScans" | "isLive"
> {
  connection: ReconcileSource["connection"] & WatchSource["connection"];
  timers: Timers;
  /** Source of events and scans. Default: the RPC, by `connection` and `connect`. */
  source?: PolicySource;
  /** Opener of the RPC's websocket, see `Subscription`; required without `source`. */
  connect?: RpcPolicySourceOptions["connect"];
  /** Clock that learns every slot, and says which slots are credible. */
  clock: Pick<ChainClock, "sawSlot" | "slot">;
  /** Time that the first scan waits for the subscription, in milliseconds. Default: 3,000. */
  openingMs?: number;
  /** Time that news is collected before it is stored, in milliseconds. Default: 250. */
  flushMs?: number;
  /** Interval between two reads of the accounts that waits depend on, in milliseconds. Default: 30,000. */
  watchMs?: number;
  /** Limit of policies per such read. Default: 1,000. */
  watchLimit?: number;
  silenceMs?: number;
  /** True when other keepers may have the database open, which then share scans, see `SharedScans`. Default: false. */
  isShared?: boolean;
  /** Reports a failure in the background; the task is tried again. */
  onError(task: "reconcile" | "flush" | "read" | "watch" | "subscribe", error: unknown): void;
  /** Listener for websocket errors, see `Subscription`. */
  onSocketError?: RpcPolicySourceOptions["onSocketError"];
}

/** News about a policy that is not stored yet. */
interface News {
  slot: number;
  /** Policy as read; null when it has to be read, for its escrow or because its news was unreadable. */
  seen: SeenPolicy | null;
}

/** Limit of policies per flush. */
const FLUSH_LIMIT = 5_000;

export class Finder implements PolicyListener {
  private readonly news = new Map<string, News>();
  private readonly source: PolicySource;
  private readonly sharedScans: SharedScans | undefined;
  private readonly reconciler: Reconciler;
  private readonly cancels: (() => void)[] = [];
  private readonly unread: UnreadPolicies;
  /** Newest slot heard of. */
  private heardSlot = 0;
  private readonly stopping = new AbortController();
  private readonly running = new Map<string, Promise<void>>();

  constructor(private readonly options: FinderOptions) {
    this.unread = new UnreadPolicies(options);
    this.source = options.source ?? rpcPolicySource({ ...options, connect: connectOf(options) });
    const { signal } = this.stopping;
    const { database, timers, pause = systemPause } = options;
    this.sharedScans = options.isShared
      ? new SharedScans({ database, timers, pause, signal })
      : undefined;
    this.reconciler = new Reconciler({
      ...options,
      source: this.source,
      signal,
      sharedScans: this.sharedScans,
      isLive: () => this.isLive,
      onRefused: (error) => options.onError("reconcile", error),
    });
  }

  /** True once the store has been made to agree with the chain since the start. */
  get isReady(): boolean {
    return this.reconciler.rules !== null;
  }

  /** True while news arrives. */
  get isLive(): boolean {
    return this.source.isLive;
  }

  /**
   * Subscribes before it scans, so that nothing is missed during the scan. Resolves after the first scan, successful
   * or not.
   */
  async start(): Promise<void> {
    const { timers, flushMs = 250, watchMs = 30_000, openingMs = 3_000 } = this.options;
    const opened = this.subscribe();
    this.cancels.push(
      timers.every(flushMs, () => void this.flush()),
      timers.every(flushMs, () => void this.readUnread()),
      timers.every(1_000, () => void (this.reconciler.hasBegun && this.reconcileWhenDue())),
      timers.every(watchMs, () => void this.watch()),
    );
    let endWait = () => undefined as void;
    const waited = new Promise<void>((resolve) => (endWait = resolve));
    const cancel = timers.every(openingMs, endWait);
    this.stopping.signal.addEventListener("abort", endWait);
    await Promise.race([opened, waited]);
    cancel();
    await this.reconcileWhenDue();
  }

  /** Stops listening and starts nothing more; resolves when the work in progress has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const cancel of this.cancels.splice(0)) cancel();
    this.source.stop();
    await Promise.all(this.running.values());
  }

  /**
   * Notes that a policy has changed at the slot, as a worker knows without its account. Unless news arrives by
   * itself, the policy is read again and again until a read of that slot or later shows what is next.
   */
  changed(policy: string, slot: number): void {
    this.unread.add(policy);
    if (!this.isLive) this.note(policy, { slot, seen: null });
  }

  /** Scans at the next opportunity. */
  requestReconcile(): void {
    this.reconciler.request();
  }

  /** Scans, or reads the next page, when it is time to; resolves when neither is under way. */
  reconcileWhenDue(): Promise<void> {
    if (!this.reconciler.isDue) return this.running.get("reconcile") ?? Promise.resolve();
    return this.alone("reconcile", () => this.reconciler.run());
  }

  /** Takes news of a policy, see `PolicyListener`. */
  policyChanged(address: string, slot: number, policy?: PlannedPolicy): void {
    // A held policy is planned with its escrow, which may have changed as well.
    const isWhole = policy?.fundingKind === FUNDING_KIND_DELEGATED;
    this.note(address, { slot, seen: isWhole ? { address, policy, escrow: null, slot } : null });
  }

  escrowChanged(policy: string, slot: number): void {
    this.note(policy, { slot, seen: null });
  }

  configChanged(): void {
    this.requestReconcile();
  }

  slotSeen(slot: number): void {
    this.heardSlot = slot;
    this.options.clock.sawSlot(slot);
  }

  gap(): void {
    this.reconciler.missed(this.isBelieved(this.heardSlot) ? this.heardSlot : null);
  }

  failed(error: unknown): void {
    this.options.onError("subscribe", error);
  }

  private async subscribe(): Promise<void> {
    try {
      await this.source.start(this);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Stores the news that has arrived, and tells the other keepers when that is all of it. */
  flush(): Promise<void> {
    return this.alone("flush", async () => {
      const { rules } = this.reconciler;
      // The rules are not known before the first scan, which also sees what the news is about.
      if (!rules) return;
      const isCurrent = () => this.isLive && this.reconciler.isCurrent;
      const heardAt = isCurrent() ? await this.sharedScans?.heard() : null;
      const batch = [...this.news].slice(0, FLUSH_LIMIT);
      const isAll = batch.length === this.news.size;
      if (batch.length > 0) await this.storeNews(batch, rules);
      // News may have been missed just before that time.
      if (heardAt && isAll && isCurrent()) await this.sharedScans?.tell(rules, heardAt);
    });
  }

  private async storeNews(batch: readonly [string, News][], rules: LoadedRules): Promise<void> {
    for (const [address] of batch) this.news.delete(address);
    // A slot of the far future only shows that something has happened: nothing could be read at it, or count after it.
    const now = this.options.clock.slot ?? 0;
    const isBelieved = ({ slot }: News) => this.isBelieved(slot);
    const isRead = (news: News) => news.seen !== null && isBelieved(news);
    const plans = batch.flatMap(([, news]) =>
      isRead(news) ? [planPolicy(news.seen!, rules)] : [],
    );
    const unread = batch.filter(([, news]) => !isRead(news));
    let isStored = false;
    try {
      // These come first, so that they do not wait for an RPC that lags.
      await upsertPlans(this.options.database, plans);
      isStored = true;
      const slots = unread.map(([, news]) => (isBelieved(news) ? news.slot : now));
      const newest = Math.max(0, ...slots);
      const read = await readPlans(
        this.options,
        rules,
        unread.map(([address]) => address),
        newest || undefined,
      );
      await upsertPlans(this.options.database, read.plans);
      await removeVanished(this.options.database, read.gone, read.slot);
    } catch (error) {
      // Newer news has taken its place.
      for (const [address, news] of isStored ? unread : batch) this.note(address, news);
      throw error;
    }
  }

  /** Reads policies that were paid or ended and that no read has shown since. */
  readUnread(): Promise<void> {
    return this.alone("read", async () => {
      const { rules } = this.reconciler;
      if (rules) await this.unread.read(rules);
    });
  }

  /** Ends waits whose accounts have changed. */
  watch(): Promise<void> {
    return this.alone("watch", async () => {
      await checkWatched(this.options, this.options.watchLimit ?? 1_000);
    });
  }

  private isBelieved(slot: number): boolean {
    return slot <= (this.options.clock.slot ?? 0) + MAX_LEAD_SLOTS;
  }

  private note(address: string, news: News): void {
    const known = this.news.get(address);
    if (!known || news.slot >= known.slot) this.news.set(address, news);
  }

  /** Runs one task of a kind at a time; a failure is reported and the task tried again. */
  private alone(
    task: "reconcile" | "flush" | "read" | "watch",
    work: () => Promise<void>,
  ): Promise<void> {
    const { signal } = this.stopping;
    const running = this.running.get(task);
    if (running || signal.aborted) return running ?? Promise.resolve();
    const ended = work()
      .catch((error: unknown) => {
        const isStopped = signal.aborted && error === signal.reason;
        if (!isStopped) this.options.onError(task, error);
      })
      .finally(() => this.running.delete(task));
    this.running.set(task, ended);
    return ended;
  }
}

function connectOf({ connect }: FinderOptions): RpcPolicySourceOptions["connect"] {
  if (connect) return connect;
  throw new TypeError("expected connect or source, received neither. Pass one of them.");
}
