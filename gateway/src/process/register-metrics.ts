/** Registers every metric of a process beside those of requests. */
import type { GatewayContext } from "../context";
import type { GatewayMetrics } from "../observe/metrics";
import type { DeliveryMetrics } from "../webhooks/metrics";
import { deliveryMetrics } from "../webhooks/prometheus";
import { measureChains } from "./chain-metrics";
import { measureJobs } from "./job-metrics";
import { measureReconciliations } from "./reconciliation-metrics";

/** Registers the metrics; returns the listener of the webhooks' deliveries. */
export function registerMetrics(
  metrics: GatewayMetrics,
  { database, chains }: Pick<GatewayContext, "database" | "chains">,
): DeliveryMetrics {
  measureJobs(metrics, database);
  measureReconciliations(metrics, database);
  measureChains(metrics, chains);
  return deliveryMetrics(metrics.registry);
}
