/** Keeps the store up to date with the chain: a scan, then news, then a scan now and then for what the news left out. */
import { type AccountInfo, type PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_DELEGATED } from "@milepost/sdk";
import { type ChainClock, MAX_LEAD_SLOTS } from "../clock/chain-clock";
import type { Timers } from "../clock/timers";
import { removeVanished, upsertPlans } from "../store/policies";
import { planPolicy, type PlanRules, type SeenPolicy } from "./plan";
import { plannedPolicy } from "./policy-slice";
import { readPlans } from "./read";
import { reconcile, type Reconciled, type ReconcileSource } from "./reconcile";
import { Subscription, type SubscriptionOptions } from "./subscribe";
import { UnreadPolicies } from "./unread";
import { checkWatched, type WatchSource } from "./watch";

export interface FinderOptions extends ReconcileSource {
  connection: ReconcileSource["connection"] & WatchSource["connection"];
  timers: Timers;
  /** See `Subscription`. */
  connect: SubscriptionOptions["connect"];
  /** Told of every slot; says which slots are to be believed. */
  clock: Pick<ChainClock, "sawSlot" | "slot">;
  /** Between two scans. Default: 600,000. */
  reconcileMs?: number;
  /** After a scan that failed. Default: 15,000. */
  retryMs?: number;
  /**
   * From one scan to the next, at least, when news was missed in between; ten times what the scan took when that is more,
   * so that a socket that comes and goes costs little. Default: 10,000.
   */
  gapMs?: number;
  /** How long the first scan waits for the subscription. Default: 3,000. */
  openingMs?: number;
  /** How long news is collected before it is stored. Default: 250. */
  flushMs?: number;
  /** Between two looks at the accounts that waits depend on. Default: 30,000. */
  watchMs?: number;
  /** Policies of one such look. Default: 1,000. */
  watchLimit?: number;
  silenceMs?: number;
  /** What failed in the background; it is tried again. */
  onError(task: "reconcile" | "flush" | "read" | "watch" | "subscribe", error: unknown): void;
  onReconciled?(result: Reconciled): void;
  /** See `Subscription`. */
  onSocketError?: SubscriptionOptions["onSocketError"];
}

/** News about a policy that is not stored yet. */
interface News {
  slot: number;
  /** Null when the policy has to be read, for its escrow or because its news was unreadable. */
  seen: SeenPolicy | null;
}

/** Policies of one flush. */
const FLUSH_LIMIT = 5_000;

export class Finder {
  private readonly news = new Map<string, News>();
  private readonly subscription: Subscription;
  private readonly cancels: (() => void)[] = [];
  private readonly unread: UnreadPolicies;
  private rules: PlanRules | null = null;
  private nextReconcileAt = 0;
  /** News was missed since the last scan began. */
  private hasGap = false;
  /** The newest slot heard of, and the one at which news was missed. */
  private heardSlot = 0;
  private gapSlot = 0;
  private scan = { startedAt: -Infinity, tookMs: 0 };
  private readonly opened: Promise<void>;
  private tellOpened: () => void = () => undefined;
  private readonly running = new Map<string, Promise<void>>();
  private isStopped = false;

  constructor(private readonly options: FinderOptions) {
    this.unread = new UnreadPolicies(options);
    this.opened = new Promise((resolve) => (this.tellOpened = resolve));
    this.subscription = new Subscription({
      connect: options.connect,
      programId: options.programId,
      commitment: options.commitment,
      timers: options.timers,
      silenceMs: options.silenceMs,
      onPolicy: (address, info, slot) => this.hear(address, info, slot),
      onEscrow: (policy, slot) => this.note(policy.toBase58(), { slot, seen: null }),
      onConfig: () => this.requestReconcile(),
      onSlot: (slot) => {
        this.heardSlot = slot;
        options.clock.sawSlot(slot);
      },
      onGap: () => this.missed(),
      onError: (error) => options.onError("subscribe", error),
      onSocketError: options.onSocketError,
    });
  }

  /** Whether the store has been made to agree with the chain since the start. */
  get isReady(): boolean {
    return this.rules !== null;
  }

  /** Whether news is coming in. */
  get isLive(): boolean {
    return this.subscription.isAlive;
  }

  /** Subscribes, so that nothing is missed during the scan, and scans. Resolves after the first scan, successful or not. */
  async start(): Promise<void> {
    const { timers } = this.options;
    this.subscription.start();
    this.cancels.push(
      timers.every(this.options.flushMs ?? 250, () => void this.flush()),
      timers.every(this.options.flushMs ?? 250, () => void this.readUnread()),
      timers.every(1_000, () => void (this.hasBegun && this.reconcileWhenDue())),
      timers.every(this.options.watchMs ?? 30_000, () => void this.watch()),
    );
    const cancel = timers.every(this.options.openingMs ?? 3_000, () => this.tellOpened());
    if (this.subscription.isOpen) await this.opened;
    cancel();
    await this.reconcileWhenDue();
  }

  /** Hears and starts nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.tellOpened();
    for (const cancel of this.cancels.splice(0)) cancel();
    this.subscription.stop();
    await Promise.all(this.running.values());
  }

  /**
   * A policy has changed at the slot, as a worker knows who does not have its account. It is read unless news comes by
   * itself, again and again until a read of that slot or later has shown what is next.
   */
  changed(policy: string, slot: number): void {
    this.unread.add(policy);
    if (!this.isLive) this.note(policy, { slot, seen: null });
  }

  /** Scans at the next opportunity. */
  requestReconcile(): void {
    this.nextReconcileAt = 0;
  }

  /** Scans when it is time to; resolves when no scan is under way. */
  reconcileWhenDue(): Promise<void> {
    const { timers, reconcileMs = 600_000, retryMs = 15_000 } = this.options;
    const startedAt = timers.now();
    if (startedAt < this.nextReconcileAt && !this.isGapDue(startedAt)) {
      return this.running.get("reconcile") ?? Promise.resolve();
    }
    return this.alone("reconcile", async () => {
      // A request during the scan asks for another one.
      this.nextReconcileAt = startedAt + reconcileMs;
      this.hasGap = false;
      this.scan.startedAt = startedAt;
      try {
        const result = await reconcile(this.options);
        this.rules = result.rules;
        // A node that is behind has not seen what was missed.
        if (result.slot < this.gapSlot) this.hasGap = true;
        this.options.onReconciled?.(result);
      } catch (error) {
        this.nextReconcileAt = Math.min(this.nextReconcileAt, timers.now() + retryMs);
        throw error;
      } finally {
        this.scan.tookMs = timers.now() - startedAt;
      }
    });
  }

  /** Before the first scan there is nothing to be missing. */
  private missed(): void {
    this.hasGap = this.hasBegun;
    if (this.hasBegun && this.isBelieved(this.heardSlot)) this.gapSlot = this.heardSlot;
    this.tellOpened();
  }

  private get hasBegun(): boolean {
    return this.scan.startedAt !== -Infinity;
  }

  private isGapDue(now: number): boolean {
    const { startedAt, tookMs } = this.scan;
    return this.hasGap && now >= startedAt + Math.max(this.options.gapMs ?? 10_000, 10 * tookMs);
  }

  /** Stores the news that has come in. */
  flush(): Promise<void> {
    return this.alone("flush", async () => {
      const { rules } = this;
      // Before the first scan nobody knows the rules; it sees what the news is about.
      if (!rules || this.news.size === 0) return;
      const batch = [...this.news].slice(0, FLUSH_LIMIT);
      for (const [address] of batch) this.news.delete(address);
      // A slot of the far future says only that something has happened: nothing could be read at it, or count after it.
      const now = this.options.clock.slot ?? 0;
      const isBelieved = ({ slot }: News) => this.isBelieved(slot);
      const isRead = (news: News) => news.seen !== null && isBelieved(news);
      const plans = batch.flatMap(([, news]) =>
        isRead(news) ? [planPolicy(news.seen!, rules)] : [],
      );
      const unread = batch.filter(([, news]) => !isRead(news));
      let isStored = false;
      try {
        // First, so that it does not wait for an RPC that is behind with the others.
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
        // Whatever is newer has taken its place.
        for (const [address, news] of isStored ? unread : batch) this.note(address, news);
        throw error;
      }
    });
  }

  /** Reads what was paid or ended and not shown since. */
  readUnread(): Promise<void> {
    return this.alone("read", async () => {
      if (this.rules) await this.unread.read(this.rules);
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

  private hear(address: PublicKey, info: AccountInfo<Buffer>, slot: number): void {
    const key = address.toBase58();
    try {
      const policy = plannedPolicy(address, info, this.options.programId);
      const isDelegated = policy.fundingKind === FUNDING_KIND_DELEGATED;
      const seen = isDelegated ? { address: key, policy, escrow: null, slot } : null;
      this.note(key, { slot, seen });
    } catch {
      // Deleted, or garbage: the account itself will say.
      this.note(key, { slot, seen: null });
    }
  }

  private note(address: string, news: News): void {
    const known = this.news.get(address);
    if (!known || news.slot >= known.slot) this.news.set(address, news);
  }

  /** One of a kind at a time; what fails is reported and tried again. */
  private alone(
    task: "reconcile" | "flush" | "read" | "watch",
    work: () => Promise<void>,
  ): Promise<void> {
    const running = this.running.get(task);
    if (running || this.isStopped) return running ?? Promise.resolve();
    const ended = work()
      .catch((error: unknown) => this.options.onError(task, error))
      .finally(() => this.running.delete(task));
    this.running.set(task, ended);
    return ended;
  }
}
