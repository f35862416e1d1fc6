/** Gauges of the newest reconciliation per mode, whichever process ran it. */
import type { Database } from "@milepost/database";
import { Gauge } from "prom-client";
import type { GatewayMetrics } from "../observe/metrics";
import { newestRuns } from "../reconciliation/store";

/** Registers the gauges, and reads them when they are asked for. */
export function measureReconciliations(metrics: GatewayMetrics, database: Database): void {
  const registers = [metrics.registry];
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `milepost_gateway_${name}`, help, labelNames: ["mode"], registers });
  const differences = gauge(
    "reconciliation_differences",
    "Policies of the newest complete run whose money on chain differs from the ledger",
  );
  const policies = gauge(
    "reconciliation_policies",
    "Policies that the newest complete run compared",
  );
  const at = gauge(
    "reconciliation_timestamp_seconds",
    "Unix time of the end of the newest complete run",
  );
  metrics.sample(async () => {
    for (const run of await newestRuns(database)) {
      const labels = { mode: run.mode };
      differences.set(labels, run.differing);
      policies.set(labels, run.policies);
      at.set(labels, run.finishedAt.getTime() / 1_000);
    }
  });
}
