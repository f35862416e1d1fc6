/** The daily run: one process per mode and UTC day claims it; another takes it over when that process dies. */
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { type ReconciliationResult, runReconciliation } from "./run";
import { claimDaily } from "./store";

/** Options of `startReconciliation`; each has a default. */
export interface DailyOptions {
  /** Interval between two looks at whether a run is due, in milliseconds. Default: 10 minutes. */
  everyMs?: number;
  /** Called after each run of this process, for metrics. */
  onResult?: (result: ReconciliationResult) => void;
}

/** Runs what is due now; returns the results of the runs that this process made. */
export async function reconcileDaily(context: GatewayContext): Promise<ReconciliationResult[]> {
  const results: ReconciliationResult[] = [];
  for (const mode of Object.keys(context.chains) as Mode[]) {
    const run = await claimDaily(context.database, mode, context.now());
    if (run) results.push(await runReconciliation(context, run));
  }
  return results;
}

/**
 * Starts the daily runs of this process.
 * @example
 * const reconciliation = startReconciliation(context, { onResult: metrics.reconciled });
 * await reconciliation.stop();
 */
export function startReconciliation(
  context: GatewayContext,
  { everyMs = 600_000, onResult }: DailyOptions = {},
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const look = (): void => {
    running = running
      .then(() => reconcileDaily(context))
      .then((results) => results.forEach((result) => onResult?.(result)))
      .catch((error: unknown) => context.log.warn({ err: error }, "daily reconciliation"));
  };
  const timer = setInterval(look, everyMs);
  look();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
