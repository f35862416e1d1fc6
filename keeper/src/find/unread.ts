/** Reads policies that were paid or ended until the chain shows what is next of them, also while an RPC is behind. */
import { type ChainClock, MAX_LEAD_SLOTS } from "../clock/chain-clock";
import type { Timers } from "../clock/timers";
import { removeVanished, unread, upsertPlans } from "../store/policies";
import type { Database } from "../types";
import type { PlanRules } from "./plan";
import { readPlans, type ReadSource } from "./read";

export interface UnreadOptions extends ReadSource {
  database: Database;
  timers: Pick<Timers, "now">;
  clock: Pick<ChainClock, "slot">;
}

/** So long news may take to come by itself. */
const NEWS_MS = 1_500;
/** Between two reads of one policy: doubled each time, up to the maximum. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 5_000;
/** After so many reads, about a quarter of an hour, the next scan is to show it. */
const MAX_READS = 180;
/** Between two looks for what another keeper, or this one before it was killed, has left. */
const SWEEP_MS = 30_000;
const LIMIT = 1_000;

/**
 * A worker writes down what it knows ("Executed", "MilestoneAlreadyReleased") and the slot as of which it does. Until a
 * read of that slot or later shows the policy, nobody knows what is next. An answer from before is not stored, and the
 * read is repeated within seconds: a ten-minute scan would make the next payment late.
 */
export class UnreadPolicies {
  private readonly waiting = new Map<string, { reads: number; at: number }>();
  private nextSweepAt = -Infinity;

  constructor(private readonly options: UnreadOptions) {}

  add(policy: string): void {
    this.waiting.set(policy, { reads: 0, at: this.options.timers.now() + NEWS_MS });
  }

  /** Reads those whose turn it is. Rejects when the RPC fails or is behind; the next turn comes all the same. */
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

  /** A slot of the far future was made up: nothing could be read at it. */
  private believed(slot: number): number | undefined {
    const { slot: now } = this.options.clock;
    if (now === null) return undefined;
    return slot <= now + MAX_LEAD_SLOTS ? slot : now;
  }
}
