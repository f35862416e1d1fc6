/** Reports the measurements as a table for people and as JSON lines for scripts. */
import type { Tally } from "./tally";

export interface PaymentRates {
  executions: number;
  transactions: number;
  executions_per_transaction: number;
  /** Seconds from the first payment's start (`since`) to the last payment. */
  seconds: number;
  executions_per_second: number;
  /**
   * Rate up to the payment after which a tenth is left, without payments that wait for the leases of killed workers to
   * end.
   */
  executions_per_second_to_90_percent: number;
  /** Rate of the best ten seconds. */
  executions_per_second_peak: number;
  lateness_p50_s: number;
  lateness_p90_s: number;
  lateness_p99_s: number;
  lateness_max_s: number;
}

const PEAK_MS = 10_000;

/** Computes the rates. `since`, in milliseconds of `performance.now()`, is when the first payment could have begun. */
export function ratesOf(tally: Tally, since: number): PaymentRates {
  const { lateness, paidAt, transactions, paid } = tally;
  const sorted = [...lateness].sort((a, b) => a - b);
  const rank = (percent: number) =>
    sorted[Math.max(Math.ceil((sorted.length * percent) / 100) - 1, 0)] ?? NaN;
  const upTo = (count: number) => Math.max((paidAt[count - 1] ?? since) - since, 1) / 1_000;
  const most = Math.ceil(paid * 0.9);
  return {
    executions: paid,
    transactions,
    executions_per_transaction: rounded(paid / Math.max(transactions, 1)),
    seconds: rounded(upTo(paid)),
    executions_per_second: rounded(paid / upTo(paid)),
    executions_per_second_to_90_percent: rounded(most / upTo(most)),
    executions_per_second_peak: rounded((busiest(paidAt) * 1_000) / PEAK_MS),
    lateness_p50_s: rank(50),
    lateness_p90_s: rank(90),
    lateness_p99_s: rank(99),
    lateness_max_s: rank(100),
  };
}

/** Returns the most payments within `PEAK_MS`; the times ascend. */
function busiest(paidAt: readonly number[]): number {
  let start = 0;
  let most = 0;
  for (let end = 0; end < paidAt.length; end += 1) {
    while (paidAt[end]! - paidAt[start]! > PEAK_MS) start += 1;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

export const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Prints a line for each name, a column for each measurement. */
export function printTable(columns: Readonly<Record<string, object>>): void {
  const headings = Object.keys(columns);
  const values = Object.values(columns).map((column) => new Map(Object.entries(column)));
  const names = [...new Set(values.flatMap((column) => [...column.keys()]))];
  const lines = [
    ["", ...headings],
    ...names.map((name) => [name, ...values.map((column) => String(column.get(name) ?? ""))]),
  ];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  for (const line of lines) {
    const cells = line.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)));
    console.log(cells.join("  "));
  }
}
