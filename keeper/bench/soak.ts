/**
 * The soak: many policies on a localnet, keepers that share one Postgres and are killed all the time, an RPC that fails.
 * Exits with 1 unless every milestone was paid exactly once, by what is on chain, and each ceiling is kept.
 *
 *     npm run soak -- --policies 10000 --milestones 4 --workers 3 --kill-every 5 --fail 10
 *
 * Chain and proxy run in this process, keepers, Postgres and the comparison in their own. Flags: `options.ts`.
 */
import { readOptions, type SoakOptions } from "./options";
import { type PaymentRates, printTable, rounded } from "./report";
import { runSoak, type SoakResult } from "./run-soak";

const MIN_EXECUTIONS_A_TRANSACTION = 6;
const MIN_RATIO = 5;
const MAX_RSS_MB = 300;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  console.log(`seed ${options.seed} (SEED), ${JSON.stringify(options)}`);
  const result = await runSoak(options, (line) => console.log(line));
  const missed = missedBy(result);
  report(options, result, missed);
  return missed.length === 0 ? 0 : 1;
}

function ratioOf({ keepers, sequential }: SoakResult, name: keyof PaymentRates): number | null {
  return sequential ? rounded(keepers[name] / sequential[name]) : null;
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Returns the ceilings that were exceeded, a line each. */
function missedBy(result: SoakResult): string[] {
  const missed = [...result.wrong];
  const packed = result.keepers.executions_per_transaction;
  if (packed < MIN_EXECUTIONS_A_TRANSACTION) missed.push(`${packed} executions a transaction`);
  const ratio = ratioOf(result, "executions_per_second");
  if (ratio !== null && ratio < MIN_RATIO) missed.push(`${ratio} times the sequential rate`);
  const rss = megabytes(Math.max(...result.peakRss));
  if (rss > MAX_RSS_MB) missed.push(`a keeper took ${rss} MB`);
  return missed;
}

function report(options: SoakOptions, result: SoakResult, missed: readonly string[]): void {
  const { keepers, sequential, wrong, rpcCalls } = result;
  const summary = {
    name: "soak",
    seed: options.seed,
    policies: options.policies,
    milestones: options.milestones,
    owners: options.owners,
    workers: options.workers,
    due_gap_s: options.every,
    lease_s: options.lease,
    latency_ms: options.latency,
    kill_every_s: options["kill-every"],
    kills: result.kills,
    crashes: result.crashes,
    rpc_calls: [...rpcCalls.values()].reduce((a, b) => a + b, 0),
    rpc_failed: result.rpcFailed,
    paid_once: wrong.length === 0,
    payments_on_chain: result.counted,
    payments_recorded: result.recorded,
    sequential_sample: sequential?.executions ?? 0,
    ratio_to_sequential: ratioOf(result, "executions_per_second"),
    keeper_cpu_ms_per_execution: rounded(result.cpuMs / Math.max(keepers.executions, 1)),
    peak_rss_mb: result.peakRss.map(megabytes),
  };
  console.log();
  printTable({ keepers, ...(sequential ? { sequential } : {}) });
  console.log();
  printTable({ soak: summary });
  for (const line of missed.slice(0, 20)) console.log(`MISSED: ${line}`);
  console.log();
  console.log(JSON.stringify(summary));
  console.log(JSON.stringify({ name: "keepers", ...keepers }));
  if (sequential) console.log(JSON.stringify({ name: "sequential", ...sequential }));
  console.log(JSON.stringify({ name: "rpc_calls", ...Object.fromEntries(rpcCalls) }));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
