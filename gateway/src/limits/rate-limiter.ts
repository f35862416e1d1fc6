/**
 * Limits requests per subject and window over all processes of the gateway. A process takes a share of the limit at once and
 * counts it down by itself, so that most requests need no statement. What a process took and did not use is lost until the
 * window ends: with N processes, a subject gets the limit less at most N - 1 shares, and never more.
 */
import type { Database } from "@milepost/database";
import { removeOldWindows, takeFromWindow } from "./windows";

/** Answer of the limiter for one request. */
export interface RateVerdict {
  isAllowed: boolean;
  limit: number;
  /** Requests left in this window, over all processes, as far as this one knows. */
  remaining: number;
  /** Seconds until the next window, 1 at least. */
  reset: number;
}

/** Options of `RateLimiter`. */
export interface RateLimiterOptions {
  database: Database;
  /** Listener for failures of the database: the request is let through. */
  onError(error: unknown): void;
  /** Length of a window. Default: 60. */
  windowSecs?: number;
  /** Milliseconds that only grow. Default: `performance.now`. */
  monotonic?: () => number;
  /** Unix seconds for the windows. Default: the database's time. */
  now?: () => number;
}

/** Shares that the limit is divided into. */
const SHARES = 20;

/** Subjects that a process remembers; the oldest are forgotten first, and asked of the database again. */
const MAX_SUBJECTS = 10_000;

const CLEAN_EVERY_MS = 60_000;

interface Bucket {
  /** Requests of this process's share that are left. */
  left: number;
  /** Requests taken by all processes when the share was taken. */
  taken: number;
  /** Monotonic milliseconds at which the window ends. */
  endsAt: number;
  /** Share that is being taken. */
  pending: Promise<void> | null;
}

/** Counts requests; one per process. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly windowSecs: number;
  private readonly monotonic: () => number;
  private cleanedAt: number;

  constructor(private readonly options: RateLimiterOptions) {
    this.windowSecs = options.windowSecs ?? 60;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.cleanedAt = this.monotonic();
  }

  /** Counts one request of a subject. Resolves with null where the database failed, which lets the request through. */
  async take(subject: string, limit: number): Promise<RateVerdict | null> {
    try {
      for (;;) {
        const bucket = this.bucketOf(subject);
        const verdict = this.decide(bucket, limit);
        if (verdict) return verdict;
        bucket.pending ??= this.refill(subject, bucket, limit).finally(() => {
          bucket.pending = null;
        });
        await bucket.pending;
      }
    } catch (error) {
      this.options.onError(error);
      return null;
    }
  }

  /** Returns null where the database has to be asked first. */
  private decide(bucket: Bucket, limit: number): RateVerdict | null {
    const now = this.monotonic();
    if (now >= bucket.endsAt) return null;
    const isAllowed = bucket.left > 0;
    if (!isAllowed && bucket.taken < limit) return null;
    if (isAllowed) bucket.left -= 1;
    return {
      isAllowed,
      limit,
      remaining: Math.max(0, limit - bucket.taken) + bucket.left,
      reset: Math.max(1, Math.ceil((bucket.endsAt - now) / 1000)),
    };
  }

  private async refill(subject: string, bucket: Bucket, limit: number): Promise<void> {
    const { database, now } = this.options;
    const count = Math.ceil(limit / SHARES);
    const { windowSecs } = this;
    const { taken, secondsLeft } = await takeFromWindow(database, {
      subject,
      count,
      windowSecs,
      now: now?.(),
    });
    bucket.left = Math.min(count, Math.max(0, limit - (taken - count)));
    bucket.taken = taken;
    bucket.endsAt = this.monotonic() + secondsLeft * 1000;
    await this.clean();
  }

  private bucketOf(subject: string): Bucket {
    const known = this.buckets.get(subject);
    if (known) return known;
    for (const [oldest, { pending }] of this.buckets) {
      if (this.buckets.size < MAX_SUBJECTS) break;
      if (!pending) this.buckets.delete(oldest);
    }
    const bucket = { left: 0, taken: 0, endsAt: -Infinity, pending: null };
    this.buckets.set(subject, bucket);
    return bucket;
  }

  private async clean(): Promise<void> {
    const now = this.monotonic();
    if (now - this.cleanedAt < CLEAN_EVERY_MS) return;
    this.cleanedAt = now;
    const { windowSecs } = this;
    await removeOldWindows(this.options.database, { windowSecs, now: this.options.now?.() });
  }
}
