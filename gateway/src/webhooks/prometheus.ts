/** The deliveries' metrics for Prometheus. The registry is the caller's. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { DeliveryMetrics } from "./metrics";

/** Creates the metrics. The gauges are of the database: over several processes, take their maximum, not their sum. */
export function deliveryMetrics(registry: Registry): DeliveryMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: "milepost_gateway_webhook_attempts_total",
    help: "Attempts to deliver an event to a webhook endpoint, by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "milepost_gateway_webhook_attempt_seconds",
    help: "Duration of an attempt.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const pending = new Gauge({
    name: "milepost_gateway_webhook_pending",
    help: "Deliveries to enabled endpoints that wait or are in flight.",
    registers,
  });
  const inFlight = new Gauge({
    name: "milepost_gateway_webhook_in_flight",
    help: "Deliveries in flight.",
    registers,
  });
  const oldest = new Gauge({
    name: "milepost_gateway_webhook_oldest_due_seconds",
    help: "Time for which the oldest due delivery has been due.",
    registers,
  });
  return {
    attempted(outcome, durationMs) {
      attempts.inc({ outcome });
      seconds.observe(durationMs / 1_000);
    },
    depth(depth) {
      pending.set(depth.pending);
      inFlight.set(depth.inFlight);
      oldest.set(depth.oldestDueSecs);
    },
  };
}
