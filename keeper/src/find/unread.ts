/** Reads policies that were paid or ended until the chain shows what is next, even while an RPC lags. */
import type { Database } from "@milepost/database";
import { type ChainClock, MAX_LEAD_SLOTS } from "../clock/chain-clock";
import type { Timers } from "../clock/timers";
import { removeVanished, unread, upsertPlans } from "../store/policies";
import type { PlanRules } from "./plan";
import { readPlans, type ReadSource } from "./read-plans";

export interface UnreadOptions extends ReadSource {
  database: Database;
  timers: Pick<Timers, "now">;
  clock: Pick<ChainClock, "slot">;
}

/** Time that news may take to arrive by itself. */
const NEWS_MS = 1_500;
/** Pause between two reads of one policy; it doubles each time, up to the maximum. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 5_000;
/** Limit of reads, about a quarter of an hour; after it, the next scan shows the policy. */
const MAX_READS = 180;
/** Interval between two searches for policies that another keeper, or this one before a crash, has left. */
const SWEEP_MS = 30_000;
const LIMIT = 1_000;

/**
 * Holds policies whose next plan is unknown. A worker stores what it knows ("Executed", "MilestoneAlreadyReleased")
 * and the slot as of which it does. Until a read of that slot or later shows the policy, its next action is unknown.
 * An earlier answer is not stored, and the read is repeated within seconds: a ten-minute scan would make the next
 * payment late.
 */
export class UnreadPolicies {
  private readonly waiting = new Map<string, { reads: number; at: number }>();
  private nextSweepAt = -Infinity;

  constructor(private readonly options: UnreadOptions) {}

  add(policy: string): void {
    this.waiting.set(policy, { reads: 0, at: this.options.timers.now() + NEWS_MS });
  }

  /** Reads the policies whose turn it is. Rejects when the RPC fails or lags; the next turn follows in either case. */
  async read(rules: PlanRules): Promise<void> {
    const { database, timers } = this.options;
    await this.sweep();
    const now = timers.now();
    const due = [...this.waiting].filter(([, { at }]) => at <= now).slice(0, LIMIT);
    if (due.length === 0) return;
    const open = await unread(database, { policies: due.map(([policy]) => policy) });
    const policies = new Set(open.map(({ policy }) => policy));
    for (const [policy, { reads }] of due) {
      const pause = Math.min(FIRST_RETRY_MS * 2 ** reads, MAX_RETRY_MS);
      if (!policies.has(policy) || reads >= MAX_READS) this.waiting.delete(policy);
      else this.waiting.set(policy, { reads: reads + 1, at: now + pause });
    }
    if (open.length === 0) return;
    const slot = this.believed(Math.max(...open.map((each) => each.slot)));
    const read = await readPlans(this.options, rules, [...policies], slot);
    await upsertPlans(database, read.plans);
    await removeVanished(database, read.gone, read.slot);
  }

  private async sweep(): Promise<void> {
    const { database, timers } = this.options;
    if (timers.now() < this.nextSweepAt) return;
    this.nextSweepAt = timers.now() + SWEEP_MS;
    for (const { policy } of await unread(database, { limit: LIMIT })) {
      if (!this.waiting.has(policy)) this.waiting.set(policy, { reads: 0, at: timers.now() });
    }
  }

  /** Returns a credible slot. A slot of the far future was made up: nothing could be read at it. */
  private believed(slot: number): number | undefined {
    const { slot: now } = this.options.clock;
    if (now === null) return undefined;
    return slot <= now + MAX_LEAD_SLOTS ? slot : now;
  }
}
