/** The metrics that a keeper registers, by name. They are registered in the order of this file. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { version } from "../../package.json";

/** Seconds: a payment on time is late by a slot or two, a postponed one by hours. */
const LATENESS_BUCKETS = [0, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];
const RPC_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes metrics of one registry, with the keeper's prefix. */
export function metricsIn(registry: Registry) {
  const registers = [registry];
  const gauge = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge<L>({ name: `milepost_keeper_${name}`, help, labelNames, registers });
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `milepost_keeper_${name}`, help, labelNames, registers });
  return { gauge, counter, registers };
}

type Metrics = ReturnType<typeof metricsIn>;

/** Registers the gauges that samples set. */
export function sampledGauges({ gauge }: Metrics) {
  gauge("build_info", "1; the labels name the version of the keeper and of Node.js", [
    "version",
    "node",
  ]).set({ version, node: process.version }, 1);
  return {
    policies: gauge("policies", "Policies in the store by state", ["state"]),
    waiting: gauge("waiting", "Waiting policies by reason", ["reason"]),
    due: gauge("due", "Policies due by the chain's clock and not yet executed"),
    backingOff: gauge("backing_off", "Due policies that are postponed after an error"),
    overdue: gauge(
      "oldest_due_seconds",
      "Time since the oldest due date of a policy that is neither waiting nor postponed",
    ),
    depth: gauge("queue_depth", "Leases by state: queued or active", ["state"]),
    open: gauge("open_attempts", "Signed transactions whose end is unknown"),
    paid: gauge("milestones_paid", "Milestones recorded as paid in the store"),
    balance: gauge("fee_payer_lamports", "Balance of the fee payer"),
    paymentsLeft: gauge(
      "fee_payer_payments_left",
      "Payments that the fee payer can afford, estimated from the cost of the last 200",
    ),
    rentLeft: gauge(
      "rent_budget_left_lamports",
      "Rent for token accounts that the budget still allows",
    ),
    chainTime: gauge("chain_time_seconds", "Unix time by the chain's clock"),
    live: gauge("subscription_live", "1 while the websocket delivers changes"),
  };
}

/** Registers the metrics of scans and alerts. */
export function reportMetrics({ gauge, counter }: Metrics) {
  return {
    known: gauge("scanned_policies", "Policies on chain at the last scan"),
    scans: counter("scans_total", "Scans of the whole chain that succeeded"),
    uncovered: gauge("uncovered", "Payments due in the alert window and not covered"),
    alerts: counter("underfunded_total", "Alerts about payments not covered", ["reason"]),
    notSent: counter("notifications_failed_total", "Failed attempts to send alerts", ["channel"]),
  };
}

/** Registers the counters of executions. */
export function executionCounters({ counter }: Metrics) {
  return {
    executed: counter("executed_total", "Milestones executed by this keeper"),
    failed: counter("failed_total", "Executions that failed", ["verdict", "error"]),
    splits: counter("batches_split_total", "Batches that were split in two halves", ["reason"]),
    fees: counter("fees_lamports_total", "Transaction fees paid for executions", ["mint"]),
    rent: counter("rent_lamports_total", "Rent of token accounts created", ["mint"]),
    rewards: counter(
      "rewards_base_units_total",
      "Keeper rewards received, in base units of the mint",
      ["mint"],
    ),
    unknownRewards: counter("unknown_rewards_total", "Milestones executed with an unknown reward", [
      "mint",
    ]),
    unclaimed: counter(
      "unclaimed_rewards_total",
      "Payments prepared without claiming the gateway's reward",
      ["mint", "reason"],
    ),
    unknown: counter(
      "unknown_receipts_total",
      "Milestones executed whose transaction no RPC described",
    ),
  };
}

/** Registers the metrics of RPCs, and the lateness of executions. */
export function rpcMetrics({ gauge, counter, registers }: Metrics) {
  return {
    aside: gauge("rpc_set_aside", "URLs of the host that are set aside; 0 while in use", ["host"]),
    setAsides: counter("rpc_set_aside_total", "Times an RPC was set aside", ["host", "reason"]),
    lateness: new Histogram({
      name: "milepost_keeper_lateness_seconds",
      help: "Chain time of an execution minus its due time",
      buckets: LATENESS_BUCKETS,
      registers,
    }),
    rpc: new Histogram({
      name: "milepost_keeper_rpc_seconds",
      help: "Time the RPC took to answer",
      labelNames: ["method", "ok", "host"],
      buckets: RPC_BUCKETS,
      registers,
    }),
  };
}
