/** Gauges of the queue of transactions, over all processes of the database. */
import type { Database } from "@milepost/database";
import { Gauge } from "prom-client";
import type { GatewayMetrics } from "../observe/metrics";
import { queueStats } from "../outbox/stats";

/** Registers the gauges, and reads them when they are asked for. */
export function measureJobs(metrics: GatewayMetrics, database: Database): void {
  const registers = [metrics.registry];
  const jobs = new Gauge({
    name: "milepost_gateway_jobs",
    help: "Jobs that are not final, by state",
    labelNames: ["state"],
    registers,
  });
  const oldest = new Gauge({
    name: "milepost_gateway_oldest_job_seconds",
    help: "Age of the oldest job that is ready to run",
    registers,
  });
  metrics.sample(async () => {
    const { queued, signed, retrying, notFinal, oldestSeconds } = await queueStats(database);
    jobs.set({ state: "queued" }, queued);
    jobs.set({ state: "signed" }, signed);
    jobs.set({ state: "retrying" }, retrying);
    jobs.set({ state: "landed" }, notFinal);
    oldest.set(oldestSeconds);
  });
}
