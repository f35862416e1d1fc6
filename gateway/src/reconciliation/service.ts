/** Reconciliations by the API and by the command line. */
import type { Caller } from "../caller/caller";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import { runReconciliation, type RunOptions, type RunServices } from "./run";
import type { Reconciliation } from "./schema";
import { showReconciliation, SHOWN_DIFFERENCES } from "./show";
import {
  type DifferenceRow,
  findReconciliation,
  insertReconciliation,
  listDifferences,
  type ReconciliationRow,
} from "./store";

/** Longest time that a request waits for its run, in milliseconds; it goes on afterwards. */
const WAIT_MS = 20_000;
/** Milliseconds after which a difference is read again while a request waits. */
const RECHECK_AFTER_MS = [500, 2_000] as const;

/** Runs it for the account and returns it as it is after 20 seconds at most. */
export async function finishRun(
  context: GatewayContext,
  caller: Caller,
  run: ReconciliationRow,
): Promise<Reconciliation> {
  const running = runReconciliation(context, run, { recheckAfterMs: RECHECK_AFTER_MS }).catch(
    (error: unknown) => {
      context.log.warn({ err: error, reconciliation: run.id }, "reconciliation failed");
    },
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, WAIT_MS)));
  await Promise.race([running, late]);
  clearTimeout(timer);
  return readReconciliation(context, caller, run.id);
}

/** Returns a run with the account's differences. Throws `GatewayError` (`resource_missing`). */
export async function readReconciliation(
  context: GatewayContext,
  caller: Caller,
  id: string,
): Promise<Reconciliation> {
  const row = await findReconciliation(context.database, caller, id);
  if (!row) throw missing("reconciliation", id);
  return showFor(context, caller, row);
}

/** Returns the row as this account sees it. */
export async function showFor(
  context: GatewayContext,
  { accountId }: Caller,
  row: ReconciliationRow,
): Promise<Reconciliation> {
  const of = { id: row.id, accountId, limit: SHOWN_DIFFERENCES };
  return showReconciliation(row, await listDifferences(context.database, of));
}

/**
 * Reconciles every account of a mode, as `milepost-gateway reconcile` does; returns what differs.
 * Rejects when the chain or the database does not answer.
 */
export async function reconcileNow(
  context: RunServices,
  mode: Mode,
  options: RunOptions = {},
): Promise<{ policies: number; differences: DifferenceRow[] }> {
  const run = await insertReconciliation(
    context.database,
    { mode, accountId: null, trigger: "command" },
    context.now(),
  );
  const { policies } = await runReconciliation(context, run, options);
  const of = { id: run.id, accountId: null, limit: 10_000 };
  return { policies, differences: await listDifferences(context.database, of) };
}
