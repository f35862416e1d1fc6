/** Runs a reconciliation: every policy of the mode, page by page, against the chain. */
import { setTimeout as sleep } from "node:timers/promises";
import { MAX_POLICIES, readMoney } from "../chain/read-money";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { GatewayContext } from "../context";
import { recordEvent } from "../events/record";
import { compareMoney, type Difference } from "./compare";
import { pageOfPolicies, policiesAt, type RecordedPolicy } from "./policy-store";
import { showReconciliation, SHOWN_DIFFERENCES } from "./show";
import {
  accountsWithDifferences,
  finishReconciliation,
  insertDifferences,
  listDifferences,
  noteProgress,
  type ReconciliationRow,
} from "./store";

/** What a run needs of the process. */
export type RunServices = Pick<GatewayContext, "database" | "chains" | "log" | "now">;

/** Result of a run, for logs and metrics. */
export interface ReconciliationResult {
  mode: ReconciliationRow["mode"];
  policies: number;
  /** Number of policies in which a sum differs. */
  differing: number;
}

/** Options of `runReconciliation`; each has a default. */
export interface RunOptions {
  /**
   * Milliseconds after which a policy that differs is read again. A transaction that has landed is written down a moment
   * later, so a difference counts only when it stays. Default: 1, 4 and 10 seconds.
   */
  recheckAfterMs?: readonly number[];
}

const RECHECK_AFTER_MS = [1_000, 4_000, 10_000] as const;

/**
 * Compares, writes down what differs, and tells each account with an event. Repairs nothing.
 * Rejects when the chain or the database does not answer: the run is then `failed`.
 */
export async function runReconciliation(
  context: RunServices,
  run: ReconciliationRow,
  { recheckAfterMs = RECHECK_AFTER_MS }: RunOptions = {},
): Promise<ReconciliationResult> {
  const chain = context.chains[run.mode];
  if (!chain) throw new Error(`this process does not serve ${run.mode}`);
  try {
    const { policies, suspects } = await compareAll(context, chain, run);
    const differing = await confirmSuspects(context, chain, suspects, recheckAfterMs);
    await record(context, run, differing);
    const result = { mode: run.mode, policies, differing: differing.length };
    context.log[differing.length > 0 ? "error" : "info"](
      { reconciliation: run.id, ...result },
      differing.length > 0 ? "reconciliation: ledger and chain differ" : "reconciliation: matched",
    );
    return result;
  } catch (error) {
    const text = "The chain or the database did not answer. Run it again.";
    const failed = { id: run.id, state: "failed", error: text } as const;
    await finishReconciliation(context.database, failed, context.now());
    throw error;
  }
}

interface Suspect {
  policy: RecordedPolicy;
  differences: Difference[];
}

async function compareAll(
  context: RunServices,
  chain: ChainRuntime,
  run: ReconciliationRow,
): Promise<{ policies: number; suspects: Suspect[] }> {
  const scope = { mode: run.mode, genesisHash: chain.genesisHash, accountId: run.account_id };
  const suspects: Suspect[] = [];
  let policies = 0;
  for (let after = ""; ;) {
    const page = await pageOfPolicies(context.database, scope, after, MAX_POLICIES);
    suspects.push(...(await compare(chain, page)));
    policies += page.length;
    await noteProgress(context.database, { id: run.id, policies }, context.now());
    if (page.length < MAX_POLICIES) return { policies, suspects };
    after = page.at(-1)!.address;
  }
}

/** The ledger was read first: a transaction in between makes the chain newer, which the next reading settles. */
async function compare(
  chain: ChainRuntime,
  policies: readonly RecordedPolicy[],
): Promise<Suspect[]> {
  if (policies.length === 0) return [];
  const found = await readMoney(
    chain,
    policies.map(({ address }) => address),
  );
  return policies.flatMap((policy, index) => {
    const differences = compareMoney(policy, found[index]!);
    return differences.length > 0 ? [{ policy, differences }] : [];
  });
}

async function confirmSuspects(
  context: RunServices,
  chain: ChainRuntime,
  suspects: Suspect[],
  recheckAfterMs: readonly number[],
): Promise<Suspect[]> {
  let left = suspects;
  for (const milliseconds of recheckAfterMs) {
    if (left.length === 0) return left;
    await sleep(milliseconds);
    const again: Suspect[] = [];
    for (let start = 0; start < left.length; start += MAX_POLICIES) {
      const addresses = left.slice(start, start + MAX_POLICIES).map(({ policy }) => policy.address);
      again.push(
        ...(await compare(chain, await policiesAt(context.database, chain.mode, addresses))),
      );
    }
    left = again;
  }
  return left;
}

/** Writes the differences, the end of the run, and an event per account, in one transaction. */
async function record(
  context: RunServices,
  run: ReconciliationRow,
  differing: readonly Suspect[],
): Promise<void> {
  const now = context.now();
  await context.database.transaction(async (transaction) => {
    for (const { policy, differences } of differing) {
      await insertDifferences(transaction, run, policy, differences, now);
    }
    const done = { id: run.id, state: "done", error: null } as const;
    const finished = await finishReconciliation(transaction, done, now);
    for (const accountId of await accountsWithDifferences(transaction, run.id)) {
      const of = { id: run.id, accountId, limit: SHOWN_DIFFERENCES };
      const data = showReconciliation(finished, await listDifferences(transaction, of));
      const type = "reconciliation.difference_found";
      await recordEvent(
        transaction,
        { accountId, mode: run.mode, type, objectId: run.id, data },
        now,
      );
    }
  });
}
