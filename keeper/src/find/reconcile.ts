/** Makes the store agree with the chain, whatever was missed. */
import { FUNDING_KIND_HELD } from "@milepost/sdk";
import { removeVanished, unseen, upsertPlans } from "../store/policies";
import type { Database, PolicyPlan } from "../types";
import { planPolicy, type PlanRules } from "./plan";
import { readPlans, type ReadSource } from "./read";
import { loadRules, type RulesSource } from "./rules";
import { scanPolicies, type ScanSource } from "./scan";

export interface ReconcileSource extends RulesSource, ScanSource, ReadSource {
  connection: RulesSource["connection"] & ScanSource["connection"] & ReadSource["connection"];
  database: Database;
}

export interface Reconciled {
  rules: PlanRules;
  /** Policies on chain. */
  seen: number;
  /** Policies that the store had and the chain has no more. */
  removed: number;
  /** The oldest slot that a page of the scan shows: what happened later may be missing. */
  slot: number;
}

/** Plans of one statement. */
const CHUNK = 1_000;

/**
 * Reads every policy, renews its plan, and removes those that are gone. What was not in the scan is looked at once more
 * before: an RPC may leave something out. Rejects when the scan is incomplete, and then removes nothing.
 */
export async function reconcile(source: ReconcileSource): Promise<Reconciled> {
  const rules = await loadRules(source);
  let seen = 0;
  let oldestSlot = Number.MAX_SAFE_INTEGER;
  for await (const { slot, policies } of scanPolicies(source)) {
    oldestSlot = Math.min(oldestSlot, slot);
    seen += policies.length;
    for (let start = 0; start < policies.length; start += CHUNK) {
      const chunk = policies.slice(start, start + CHUNK);
      const plans: PolicyPlan[] = [];
      const held: string[] = [];
      for (const { address, policy } of chunk) {
        // A held one is nothing without its escrow.
        if (policy.fundingKind === FUNDING_KIND_HELD) held.push(address);
        else plans.push(planPolicy({ address, policy, escrow: null, slot }, rules));
      }
      const read = await readPlans(source, rules, held, slot);
      await upsertPlans(source.database, [...plans, ...read.plans]);
    }
  }
  return { rules, seen, removed: await sweep(source, rules, oldestSlot), slot: oldestSlot };
}

/** Looks at what no read of the scan's slot or later has seen. */
async function sweep(source: ReconcileSource, rules: PlanRules, slot: number): Promise<number> {
  let removed = 0;
  let after = "";
  for (;;) {
    const addresses = await unseen(source.database, slot, after, CHUNK);
    if (addresses.length === 0) return removed;
    after = addresses[addresses.length - 1]!;
    const read = await readPlans(source, rules, addresses, slot);
    await upsertPlans(source.database, read.plans);
    removed += await removeVanished(source.database, read.gone, read.slot);
  }
}
