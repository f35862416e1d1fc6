/** The keeper's metrics for Prometheus. The registry is the caller's; nothing is global. */
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Outcome } from "../store/outcomes";
import type { Counts } from "../store/status";
import type { RpcChange } from "../send/rpc-health";
import type { KeeperEvents } from "./events";
import {
  executionCounters,
  metricsIn,
  reportMetrics,
  rpcMetrics,
  sampledGauges,
} from "./instruments";
import type { QueueDepth } from "../queue/leases";

/** Values that a keeper reads at intervals, as opposed to events that it reports as they happen. */
export interface Sample {
  /** Time of the chain, in Unix seconds. */
  chainNow: bigint;
  /** Numbers of the store, see `counts`. */
  counts: Counts;
  /** Depth of the queue; zeros in a dry run. */
  queue: QueueDepth;
  /** Balance of the fee payer in lamports; null when the RPC did not answer. */
  feePayerLamports: number | null;
  /** Number of payments that the balance affords, by the cost of the last ones; null when it is unknown. */
  feePayerPayments?: bigint | null;
  /** Rest of the rent budget in lamports; null in a dry run, which pays none. */
  rentBudgetLeft?: bigint | null;
  /** True while the websocket reports slots. */
  isLive: boolean;
}

/** Metrics of a keeper for Prometheus, see `createMetrics`. */
export interface KeeperMetrics extends KeeperEvents {
  /** Sets the gauges to the values of a sample. */
  sampled(sample: Sample): void;
  /** Counts a successful scan of the chain; `policies` is the number that it found. */
  scanned(policies: number): void;
  /** Sets the number of payments that are due within the alert window and not covered. */
  uncovered(payments: number): void;
  /** Counts a failed attempt of a channel to send alerts; it tries again. */
  notificationFailed(channel: string): void;
  /** Sets the gauges of one host after one of its RPCs was set aside or is used again. */
  rpcSetAside(change: RpcChange): void;
  /** Returns all metrics in Prometheus's text format. */
  text(): Promise<string>;
  /** Content type of `text`, for the HTTP header. */
  readonly contentType: string;
}

const MAX_MINTS = 100;

/** An error's name may be a label; free text would create a series per message. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * Creates the metrics. Amounts are exact in the store's `outcomes`; here they are Prometheus's floating-point numbers. Values
 * of the store (policies, queue) are the same for all keepers of one database: take their maximum, not their sum.
 * @example
 * const metrics = createMetrics(new Registry());
 */
export function createMetrics(registry: Registry = new Registry()): KeeperMetrics {
  collectDefaultMetrics({ register: registry });
  const metrics = metricsIn(registry);
  const gauges = sampledGauges(metrics);
  const { known, scans, uncovered, alerts, notSent } = reportMetrics(metrics);
  const counters = executionCounters(metrics);
  const { aside, setAsides, lateness, rpc } = rpcMetrics(metrics);
  const mintOf = mintLabels();
  return {
    executed(outcome) {
      countOutcome(counters, mintOf(outcome.mint), outcome);
      // Validators' clocks may put a block a little before its time.
      if (outcome.dueAt !== null) {
        lateness.observe(Math.max(0, Number(outcome.executedAt - outcome.dueAt)));
      }
    },
    failed: (_, verdict) =>
      counters.failed.inc({ verdict: verdict.kind, error: labelOf(verdict.reason) }),
    unclaimed: ({ mint, reason }) =>
      counters.unclaimed.inc({ mint: mintOf(mint), reason: labelOf(reason) }),
    split: (reason) => counters.splits.inc({ reason: labelOf(reason) }),
    underfunded: ({ reason }) => alerts.inc({ reason: labelOf(reason) }),
    rpc: (method, milliseconds, ok, host = "unknown") =>
      rpc.observe({ method: labelOf(method), ok: String(ok), host }, milliseconds / 1_000),
    rpcSetAside({ host, setAside: reason, count }) {
      aside.set({ host }, count);
      if (reason !== null) setAsides.inc({ host, reason });
    },
    scanned(policies) {
      scans.inc();
      known.set(policies);
    },
    notificationFailed: (channel) => notSent.inc({ channel: labelOf(channel) }),
    uncovered: (payments) => uncovered.set(payments),
    sampled: (sample) => setGauges(gauges, sample),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Counts what one paid milestone cost and earned. */
function countOutcome(
  counters: ReturnType<typeof executionCounters>,
  mint: string,
  outcome: Outcome,
): void {
  const { executed, fees, rent, rewards, unknownRewards, unknown } = counters;
  executed.inc();
  fees.inc({ mint }, Number(outcome.feeLamports));
  // Unknown for exactly the milestones that `unknown` counts.
  if (outcome.rentLamports !== null) rent.inc({ mint }, Number(outcome.rentLamports));
  if (outcome.reward === null) unknownRewards.inc({ mint });
  else rewards.inc({ mint }, Number(outcome.reward));
  if (outcome.mint === null) unknown.inc();
}

/** Sets the gauges to the values of a sample. */
function setGauges(gauges: ReturnType<typeof sampledGauges>, sample: Sample): void {
  const { chainNow, counts, queue, feePayerLamports, rentBudgetLeft = null, isLive } = sample;
  const { feePayerPayments = null } = sample;
  const waits = Object.entries(counts.waiting);
  gauges.policies.set({ state: "scheduled" }, counts.scheduled);
  gauges.policies.set({ state: "waiting" }, sum(waits.map(([, count]) => count)));
  gauges.policies.set({ state: "done" }, counts.done);
  // A reason without waiting policies must not keep its last number.
  gauges.waiting.reset();
  for (const [reason, count] of waits) gauges.waiting.inc({ reason: labelOf(reason) }, count);
  gauges.due.set(counts.due);
  gauges.backingOff.set(counts.backingOff);
  gauges.overdue.set(counts.oldestDueAt === null ? 0 : Number(chainNow - counts.oldestDueAt));
  gauges.depth.set({ state: "queued" }, queue.queued);
  gauges.depth.set({ state: "active" }, queue.active);
  gauges.open.set(counts.openAttempts);
  gauges.paid.set(counts.outcomes);
  if (feePayerLamports !== null) gauges.balance.set(feePayerLamports);
  if (feePayerPayments !== null) gauges.paymentsLeft.set(Number(feePayerPayments));
  if (rentBudgetLeft !== null) gauges.rentLeft.set(Number(rentBudgetLeft));
  gauges.chainTime.set(Number(chainNow));
  gauges.live.set(isLive ? 1 : 0);
}

/** Limits the series: an attacker with policies of many mints must not create one per mint. */
function mintLabels(): (mint: string | null) => string {
  const mints = new Set<string>();
  return (mint) => {
    if (mint === null) return "unknown";
    if (mints.size < MAX_MINTS) mints.add(mint);
    return mints.has(mint) ? mint : "other";
  };
}

function labelOf(reason: string): string {
  return NAME.test(reason) ? reason : "other";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
