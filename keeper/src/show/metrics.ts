/** What Prometheus is told. The registry is the caller's; nothing is global. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { version } from "../../package.json";
import type { Counts } from "../store/status";
import type { RpcChange } from "../send/rpc-health";
import type { KeeperEvents, QueueDepth } from "../types";

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
  /** Number of payments that the balance affords, by what the last ones cost; null when it is not known. */
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

/** Seconds; a payment on time is late by a slot or two, one held up by hours. */
const LATENESS_BUCKETS = [0, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];
const RPC_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const MAX_MINTS = 100;

/** An error's name may be a label; free text would make a series of every message. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * Amounts are exact in the store's `outcomes`; here they are Prometheus's floating-point numbers. What is looked up in the
 * store (policies, queue) is the same for all keepers of one database: take its maximum, not its sum.
 * @example
 * const metrics = createMetrics(new Registry());
 */
export function createMetrics(registry: Registry = new Registry()): KeeperMetrics {
  const registers = [registry];
  const gauge = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge<L>({ name: `milepost_keeper_${name}`, help, labelNames, registers });
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `milepost_keeper_${name}`, help, labelNames, registers });

  collectDefaultMetrics({ register: registry });
  gauge("build_info", "1; the labels name the version of the keeper and of Node.js", [
    "version",
    "node",
  ]).set({ version, node: process.version }, 1);
  const policies = gauge("policies", "Policies in the store by state", ["state"]);
  const waiting = gauge("waiting", "Waiting policies by reason", ["reason"]);
  const due = gauge("due", "Policies due by the chain's clock and not yet executed");
  const backingOff = gauge("backing_off", "Due policies that are put off after an error");
  const overdue = gauge("oldest_due_seconds", "How long the longest due policy has been due");
  const depth = gauge("queue_depth", "Leases that wait for a worker or are held", ["state"]);
  const open = gauge("open_attempts", "Signed transactions whose end is not known");
  const paid = gauge("milestones_paid", "Milestones recorded as paid in the store");
  const balance = gauge("fee_payer_lamports", "Balance of the fee payer");
  const paymentsLeft = gauge(
    "fee_payer_payments_left",
    "About how many payments the fee payer affords, by what the last 200 cost",
  );
  const rentLeft = gauge(
    "rent_budget_left_lamports",
    "Rent of token accounts that may be paid now",
  );
  const chainTime = gauge("chain_time_seconds", "Unix time by the chain's clock");
  const live = gauge("subscription_live", "1 while news of the chain is coming in");
  const known = gauge("scanned_policies", "Policies on chain at the last scan");
  const scans = counter("scans_total", "Scans of the whole chain that ended well");
  const uncovered = gauge("uncovered", "Payments due in the alert window and not covered");
  const alerts = counter("underfunded_total", "Alerts about payments not covered", ["reason"]);
  const notSent = counter("notifications_failed_total", "Failed attempts to send alerts", [
    "channel",
  ]);
  const executed = counter("executed_total", "Milestones executed by this keeper");
  const failed = counter("failed_total", "Executions that failed", ["verdict", "error"]);
  const splits = counter("batches_split_total", "Batches that went on in two halves", ["reason"]);
  const fees = counter("fees_lamports_total", "Transaction fees paid for executions", ["mint"]);
  const rent = counter("rent_lamports_total", "Rent of token accounts created", ["mint"]);
  const rewards = counter(
    "rewards_base_units_total",
    "Keeper rewards received, in base units of the mint",
    ["mint"],
  );
  const unknownRewards = counter(
    "unknown_rewards_total",
    "Milestones executed of which it is not known what reward they paid",
    ["mint"],
  );
  const unclaimed = counter(
    "unclaimed_rewards_total",
    "Payments prepared without the reward that their gateway pays",
    ["mint", "reason"],
  );
  const unknown = counter(
    "unknown_receipts_total",
    "Milestones executed of which no RPC told what the transaction did",
  );
  const mints = new Set<string>();
  /** Whoever makes policies of ever more mints must not make ever more series. */
  const mintOf = (mint: string | null): string => {
    if (mint === null) return "unknown";
    if (mints.size < MAX_MINTS) mints.add(mint);
    return mints.has(mint) ? mint : "other";
  };
  const aside = gauge("rpc_set_aside", "URLs of the host that are set aside; 0 while in use", [
    "host",
  ]);
  const setAsides = counter("rpc_set_aside_total", "How often an RPC was set aside", [
    "host",
    "reason",
  ]);
  const lateness = new Histogram({
    name: "milepost_keeper_lateness_seconds",
    help: "Chain time of an execution minus its due time",
    buckets: LATENESS_BUCKETS,
    registers,
  });
  const rpc = new Histogram({
    name: "milepost_keeper_rpc_seconds",
    help: "How long the RPC took to answer",
    labelNames: ["method", "ok", "host"],
    buckets: RPC_BUCKETS,
    registers,
  });

  return {
    executed(outcome) {
      executed.inc();
      const mint = mintOf(outcome.mint);
      fees.inc({ mint }, Number(outcome.feeLamports));
      // Not known of exactly those that `unknown` counts.
      if (outcome.rentLamports !== null) rent.inc({ mint }, Number(outcome.rentLamports));
      if (outcome.reward === null) unknownRewards.inc({ mint });
      else rewards.inc({ mint }, Number(outcome.reward));
      if (outcome.mint === null) unknown.inc();
      // Validators' clocks may put a block a little before its time.
      if (outcome.dueAt !== null) {
        lateness.observe(Math.max(0, Number(outcome.executedAt - outcome.dueAt)));
      }
    },
    failed: (_, verdict) => failed.inc({ verdict: verdict.kind, error: labelOf(verdict.reason) }),
    unclaimed: ({ mint, reason }) => unclaimed.inc({ mint: mintOf(mint), reason: labelOf(reason) }),
    split: (reason) => splits.inc({ reason: labelOf(reason) }),
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
    sampled(sample) {
      const { chainNow, counts, queue, feePayerLamports, rentBudgetLeft = null, isLive } = sample;
      const { feePayerPayments = null } = sample;
      const waits = Object.entries(counts.waiting);
      policies.set({ state: "scheduled" }, counts.scheduled);
      policies.set({ state: "waiting" }, sum(waits.map(([, count]) => count)));
      policies.set({ state: "done" }, counts.done);
      // A reason that nobody waits for any more must not stay at its last number.
      waiting.reset();
      for (const [reason, count] of waits) waiting.inc({ reason: labelOf(reason) }, count);
      due.set(counts.due);
      backingOff.set(counts.backingOff);
      overdue.set(counts.oldestDueAt === null ? 0 : Number(chainNow - counts.oldestDueAt));
      depth.set({ state: "queued" }, queue.queued);
      depth.set({ state: "active" }, queue.active);
      open.set(counts.openAttempts);
      paid.set(counts.outcomes);
      if (feePayerLamports !== null) balance.set(feePayerLamports);
      if (feePayerPayments !== null) paymentsLeft.set(Number(feePayerPayments));
      if (rentBudgetLeft !== null) rentLeft.set(Number(rentBudgetLeft));
      chainTime.set(Number(chainNow));
      live.set(isLive ? 1 : 0);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function labelOf(reason: string): string {
  return NAME.test(reason) ? reason : "other";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
