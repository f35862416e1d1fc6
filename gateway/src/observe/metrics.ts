/** Metrics of one process for Prometheus. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { version } from "../../package.json";

/** An answered request, as the metrics count it. */
export interface AnsweredRequest {
  /** `operationId` of the route, or `unknown`. */
  operation: string;
  method: string;
  status: number;
  seconds: number;
}

/** Metrics of a gateway. */
export interface GatewayMetrics {
  /** Registry of further metrics. */
  readonly registry: Registry;
  /** Content type of `text`. */
  readonly contentType: string;
  /** Returns every metric in Prometheus's text format, after reading the samples. */
  text(): Promise<string>;
  /** Counts an answered request. */
  answered(request: AnsweredRequest): void;
  /** Counts a request that a rate limit refused. */
  refused(by: "key" | "address"): void;
  /** Counts a run of a job. */
  jobRan(kind: string, outcome: string): void;
  /** Adds a function that sets gauges before they are read; a failure of one leaves the others. */
  sample(read: () => Promise<void>): void;
}

/** Seconds: a read takes milliseconds, a completion waits for the chain. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Creates the metrics.
 * @example
 * const metrics = createMetrics(new Registry());
 */
export function createMetrics(registry: Registry = new Registry()): GatewayMetrics {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "milepost_gateway_build_info",
    help: "1; the labels name the version of the gateway and of Node.js",
    labelNames: ["version", "node"],
    registers,
  }).set({ version, node: process.version }, 1);
  const requests = new Histogram({
    name: "milepost_gateway_request_seconds",
    help: "Time from a request's headers to the end of its answer",
    labelNames: ["operation", "method", "status"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const refused = new Counter({
    name: "milepost_gateway_rate_limited_total",
    help: "Requests that a rate limit refused",
    labelNames: ["by"],
    registers,
  });
  const jobs = new Counter({
    name: "milepost_gateway_job_runs_total",
    help: "Runs of jobs by kind and outcome",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const samples: (() => Promise<void>)[] = [];
  return {
    registry,
    contentType: registry.contentType,
    async text() {
      await Promise.allSettled(samples.map((read) => read()));
      return registry.metrics();
    },
    answered: ({ operation, method, status, seconds }) =>
      requests.observe({ operation, method, status }, seconds),
    refused: (by) => refused.inc({ by }),
    jobRan: (kind, outcome) => jobs.inc({ kind, outcome }),
    sample: (read) => void samples.push(read),
  };
}
