/** Makes the store agree with the chain, even when news was missed. */
import { FUNDING_KIND_HELD } from "@milepost/sdk";
import type { Database } from "@milepost/database";
import { type Pause, systemPause } from "../send/pause";
import { removeVanished, renewStatistics, unseen, upsertPlans } from "../store/policies";
import type { PolicyPlan } from "../store/policy-plan";
import { type Attempt, attempts } from "./attempt";
import { planPolicy } from "./plan";
import { type LoadedRules, loadPlanRules, type PlanRulesSource } from "./plan-rules";
import { POLICIES_PER_REQUEST, type ReadPlans, readPlans, type ReadSource } from "./read-plans";
import { scanPolicies, type ScanSource } from "./scan";
import type { PolicyPage, PolicySource } from "./source";

export interface ReconcileSource extends PlanRulesSource, ScanSource, ReadSource {
  connection: PlanRulesSource["connection"] & ScanSource["connection"] & ReadSource["connection"];
  database: Database;
  /** Source of the pages. Default: a scan by the connection. */
  source?: Pick<PolicySource, "scan" | "gatewaysOf">;
}

export interface Reconciled {
  rules: LoadedRules;
  /** Policies on chain. */
  seen: number;
  /** Policies that the store had and that are gone from the chain. */
  removed: number;
  /** Oldest slot of the scan's pages: later changes may be missing. */
  slot: number;
}

/** How a round makes its requests. */
export interface RoundOptions {
  /** Pause between two reads of accounts, in milliseconds. Default: 0. */
  betweenMs?: number;
  /** Default: `systemPause`. */
  pause?: Pause;
  /** Signal that ends the round. Default: none. */
  signal?: AbortSignal;
  /** Reports that an RPC wants fewer requests, before the round waits for it. */
  onRefused?(error: unknown): void;
}

/** Reports a page whose cursor leads to the page itself: the scan would never end. */
class CursorError extends Error {
  constructor(cursor: string) {
    super(`the source's page has its own cursor as the next one: ${cursor}`);
    this.name = "CursorError";
  }
}

/** Plans per statement. */
const CHUNK = 1_000;
/** Limit of missing policies per search. */
const MISSING = 10_000;

/**
 * Reads every policy, renews its plan, and removes policies that are gone. A policy that the scan did not show is
 * read once more before its removal, because an RPC may leave one out. Rejects when the scan is incomplete, and then
 * removes nothing.
 */
export function reconcile(source: ReconcileSource): Promise<Reconciled> {
  return new Round(source).finish();
}

/** A reconcile that is done page by page. */
export class Round {
  private readonly signal: AbortSignal;
  private readonly pause: Pause;
  private readonly attempt: Attempt;
  private rules: LoadedRules | null = null;
  private next: string | undefined;
  private isRead = false;
  private seen = 0;
  private slot = Number.MAX_SAFE_INTEGER;
  /** Number of steps that have read policies. */
  pages = 0;

  constructor(
    private readonly source: ReconcileSource,
    private readonly options: RoundOptions = {},
  ) {
    this.signal = options.signal ?? new AbortController().signal;
    this.pause = options.pause ?? systemPause;
    const { signal, pause } = this;
    this.attempt = attempts({ signal, pause, onRefused: options.onRefused });
  }

  /**
   * Reads the next page; after the last one, removes what is gone and resolves with the result. When it rejects, the
   * next step reads the same page again, or all pages when they have no cursors.
   */
  async step(): Promise<Reconciled | null> {
    this.rules ??= await this.attempt(() => loadPlanRules(this.source));
    this.isRead ||= await this.readPage(this.rules);
    if (!this.isRead) return null;
    const { rules, seen, slot } = this;
    const removed = await this.remove(rules);
    await renewStatistics(this.source.database);
    return { rules, seen, removed, slot };
  }

  /** Makes the steps that are left, without a pause between them. */
  async finish(): Promise<Reconciled> {
    for (;;) {
      const result = await this.step();
      if (result) return result;
    }
  }

  /** Resolves with true after the last page. */
  private async readPage(rules: LoadedRules): Promise<boolean> {
    const { signal, attempt, next: from } = this;
    let seen = 0;
    let slot = this.slot;
    for await (const page of this.scan({ from, signal, attempt })) {
      signal.throwIfAborted();
      await this.store(page, rules);
      seen += page.policies.length;
      slot = Math.min(slot, page.slot);
      if (page.next !== undefined && page.next === from) throw new CursorError(from);
      this.next = page.next;
      if (page.next !== undefined) break;
    }
    this.seen += seen;
    this.slot = slot;
    this.pages += 1;
    return this.next === undefined;
  }

  private scan(request: Parameters<PolicySource["scan"]>[0]): AsyncIterable<PolicyPage> {
    const { source } = this.source;
    return source ? source.scan(request) : scanPolicies(this.source, request);
  }

  private async store({ slot, policies }: PolicyPage, rules: LoadedRules): Promise<void> {
    for (let start = 0; start < policies.length; start += CHUNK) {
      const plans: PolicyPlan[] = [];
      const held: string[] = [];
      for (const { address, policy } of policies.slice(start, start + CHUNK)) {
        // A held policy can't be planned without its escrow.
        if (policy.fundingKind === FUNDING_KIND_HELD) held.push(address);
        else plans.push(planPolicy({ address, policy, escrow: null, slot }, rules));
      }
      const read = await this.read(rules, held, slot);
      await upsertPlans(this.source.database, [...plans, ...read.plans]);
    }
  }

  /** Removes the policies that no read of the slot of the scan or later has seen, and that are gone. */
  private async remove(rules: LoadedRules): Promise<number> {
    const { source, slot } = this;
    let removed = 0;
    let after = "";
    for (;;) {
      const addresses = await unseen(source.database, slot, after, MISSING);
      for (let start = 0; start < addresses.length; start += CHUNK) {
        const read = await this.read(rules, addresses.slice(start, start + CHUNK), slot);
        await upsertPlans(source.database, read.plans);
        removed += await removeVanished(source.database, read.gone, read.slot);
      }
      if (addresses.length < MISSING) return removed;
      after = addresses[addresses.length - 1]!;
    }
  }

  /** Reads policies as `readPlans` does, at the pace of the round. */
  private async read(
    rules: LoadedRules,
    addresses: readonly string[],
    slot: number,
  ): Promise<ReadPlans> {
    const { betweenMs = 0 } = this.options;
    const found: ReadPlans = { plans: [], gone: [], slot: Number.MAX_SAFE_INTEGER };
    for (let start = 0; start < addresses.length; start += POLICIES_PER_REQUEST) {
      if (start > 0 && betweenMs > 0) await this.pause(betweenMs, this.signal);
      const some = addresses.slice(start, start + POLICIES_PER_REQUEST);
      const read = await this.attempt(() => readPlans(this.source, rules, some, slot));
      found.plans.push(...read.plans);
      found.gone.push(...read.gone);
      found.slot = Math.min(found.slot, read.slot);
    }
    return found;
  }
}
