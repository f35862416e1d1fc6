/**
 * Simulates how late payments are when many policies share few keepers, second by second:
 *
 *     tsx keeper/bench/capacity.ts --policies 10000000 --keepers 4
 *
 * It takes measured rates (see `docs/scaling.md`) and no chain. Payments are made in the order of their due dates; the
 * slowest of keepers, RPC and account locks sets the rate of each second.
 */
import { parseArgs } from "node:util";
import { printTable } from "./report";

const DEFAULTS = {
  policies: 10_000_000,
  /** Days from one milestone's due date to the next one's. */
  days: 30,
  keepers: 4,
  /** Executions per second of one keeper process with a core of its own. */
  "keeper-rate": 120,
  /** Requests per second that the RPC plan allows. */
  "rpc-limit": 1_000,
  /** RPC calls per 100 executions. */
  "rpc-calls": 52,
  /** Compute units that one execution takes, with its share of the transaction. */
  "compute-units": 8_000,
  /** Compute units per block in which one account may be written. */
  "account-limit": 12_000_000,
  /** Pairs of mint and gateway among which the executions are spread; each has fee accounts of its own. */
  gateways: 1,
} as const;

type Options = Record<keyof typeof DEFAULTS, number>;

const DAY = 86_400;
/** Blocks in ten seconds. */
const BLOCKS_PER_TEN = 25;

/** Share of a period's payments by the second at which they are due. */
const CALENDARS: Readonly<Record<string, (second: number, period: number) => number>> = {
  "spread evenly": (_second, period) => 1 / period,
  // Platforms set due dates to midnight: half of a period's payments are due at the start of its 30 days.
  "half at 30 midnights": (second, period) =>
    0.5 / period + (second % DAY === 0 ? 0.5 / (period / DAY) : 0),
  "half at one midnight": (second, period) => 0.5 / period + (second === 0 ? 0.5 : 0),
};

interface Lateness {
  late_p50_s: number;
  late_p99_s: number;
  late_max_s: number;
}

/** Rates per second: the smallest one counts. */
function rates(options: Options): Record<string, number> {
  const perBlock = options["account-limit"] / options["compute-units"];
  return {
    keepers: options.keepers * options["keeper-rate"],
    rpc: Math.floor((options["rpc-limit"] * 100) / options["rpc-calls"]),
    locks: Math.floor((perBlock * BLOCKS_PER_TEN * options.gateways) / 10),
  };
}

/** Smaller rests of a payment are rounding. */
const NOTHING = 1e-6;

/** Pays in the order of due dates at `rate`, and counts how many payments are how many seconds late. */
function simulate(
  { policies, days }: Options,
  rate: number,
  shareOf: (second: number, period: number) => number,
): Lateness {
  const period = days * DAY;
  const dueAt = (second: number) => (second < period ? policies * shareOf(second, period) : 0);
  const late = new Map<number, number>();
  let waiting = 0;
  /** Second whose payments are next, and those of them that are left. */
  let next = 0;
  let left = dueAt(0);
  for (let second = 0; second < period || waiting > NOTHING; second += 1) {
    waiting += dueAt(second);
    let room = Math.min(rate, waiting);
    waiting -= room;
    while (room > NOTHING && next <= second) {
      const paid = Math.min(room, left);
      late.set(second - next, (late.get(second - next) ?? 0) + paid);
      room -= paid;
      left -= paid;
      if (left > NOTHING) break;
      next += 1;
      left = dueAt(next);
    }
  }
  return percentiles(late);
}

function percentiles(late: ReadonlyMap<number, number>): Lateness {
  const sorted = [...late].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const rank = (share: number): number => {
    let seen = 0;
    for (const [seconds, count] of sorted) {
      seen += count;
      if (seen >= share * total - 1e-6) return seconds;
    }
    return sorted.at(-1)?.[0] ?? 0;
  };
  return { late_p50_s: rank(0.5), late_p99_s: rank(0.99), late_max_s: sorted.at(-1)?.[0] ?? 0 };
}

function readOptions(args: readonly string[]): Options {
  const names = Object.keys(DEFAULTS) as (keyof Options)[];
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
  });
  const given = names.map((name) => {
    const text = String(values[name] ?? DEFAULTS[name]);
    if (!/^[1-9]\d{0,9}$/.test(text))
      throw new Error(`${name} takes a whole number, not "${text}"`);
    return [name, Number(text)];
  });
  return Object.fromEntries(given) as Options;
}

const options = readOptions(process.argv.slice(2));
const limits = rates(options);
const [slowest, rate] = Object.entries(limits).reduce((a, b) => (a[1] <= b[1] ? a : b));
console.log(`executions per second: ${JSON.stringify(limits)}; ${slowest} set the rate`);
if (rate * options.days * DAY < options.policies) {
  throw new Error("more payments are due in a period than can be made in it: add keepers");
}
const columns = Object.fromEntries(
  Object.entries(CALENDARS).map(([name, shareOf]) => [name, simulate(options, rate, shareOf)]),
);
printTable(columns);
for (const [calendar, found] of Object.entries(columns)) {
  console.log(JSON.stringify({ name: "capacity", calendar, ...options, rate, ...found }));
}
