/** Runs the soak: a chain, a failing proxy of its RPC, keepers that are killed, and an audit of the payments. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { startPostgres } from "@milepost/database/testing";
import { type Localnet, startLocalnet } from "../../localnet/src";
import { type FaultyRpc, startFaultyRpc } from "./faulty-rpc";
import { milepost } from "./milepost";
import type { SoakOptions } from "./options";
import { seededKeypair, seededRandom } from "./random";
import { type PaymentRates, ratesOf } from "./report";
import { auditPaidOnce, Tally } from "./tally";
import { compile, PROGRAM_ENVIRONMENT, WorkerProcess } from "./worker-process";
import { World, type Population } from "./world";

/** `KEEP_LOGS=1` leaves the keepers' logs behind. */
const LOG_LEVEL = process.env.KEEP_LOGS ? "info" : "warn";
const SAMPLE_MS = 1_000;
const KILL_CHECK_MS = 100;
const PROGRESS_MS = 10_000;
const STOP_MS = 40_000;

interface Stage {
  options: SoakOptions;
  say: (line: string) => void;
  killAfter: readonly number[];
  directory: string;
  keypairFile: string;
  localnet: Localnet;
  rpc: FaultyRpc;
  world: World;
}

export interface SoakResult {
  keepers: PaymentRates;
  /** Rates of the comparison; null without one. */
  sequential: PaymentRates | null;
  /** Differences on chain from each milestone having been paid exactly once. */
  wrong: string[];
  /** Number of payments by the transactions that landed, and by the keepers' own store. */
  counted: number;
  recorded: number;
  kills: number;
  /** Number of keepers that ended by themselves, which none should. */
  crashes: number;
  /** Largest resident memory of each worker's processes, in bytes. */
  peakRss: number[];
  /** Milliseconds of processor time, by all keepers from the first due date to the last payment. */
  cpuMs: number;
  rpcCalls: ReadonlyMap<string, number>;
  rpcFailed: number;
}

/**
 * Runs the soak. `say` receives its progress; after each of `killAfter` payments a keeper is killed, in addition to
 * the timer.
 */
export async function runSoak(
  options: SoakOptions,
  say: (line: string) => void,
  killAfter: readonly number[] = [],
): Promise<SoakResult> {
  const directory = mkdtempSync(path.join(tmpdir(), "keeper-soak-"));
  const localnet = await startLocalnet({ port: 0, programs: [milepost()] });
  const rpc = await startFaultyRpc(localnet.url, {
    rate: options.fail / 100,
    latency: options.latency,
    random: seededRandom(options.seed),
  });
  const payer = seededKeypair(options.seed, "fee payer");
  const keypairFile = path.join(directory, "keypair.json");
  writeFileSync(keypairFile, JSON.stringify([...payer.secretKey]), { mode: 0o600 });
  localnet.chain.setAccount(payer.publicKey.toBase58(), {
    lamports: 1_000_000_000_000n,
    data: Buffer.alloc(0),
    owner: "11111111111111111111111111111111",
    executable: false,
  });
  const world = new World(localnet.chain, options.seed, options.milestones);
  try {
    const made = { directory, keypairFile, localnet, rpc, world };
    return await soak({ options, say, killAfter, ...made });
  } finally {
    await rpc.close();
    await localnet.close();
    if (process.env.KEEP_LOGS) say(`logs: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

async function soak(stage: Stage): Promise<SoakResult> {
  const { options, localnet, world, rpc } = stage;
  const { policies, sequential, owners } = options;
  await world.found(policies + sequential);
  const few = world.populate("sequential", sequential, Math.min(owners, sequential));
  const many = world.populate("keeper", policies, Math.min(owners, policies));
  const alone = sequential > 0 ? await runSequential(stage, few) : null;
  const crew = await runKeepers(stage, many);
  const audited = auditPaidOnce(localnet.chain, world, sequential > 0 ? [few, many] : [many]);
  const { rates, wrong, workers, ...rest } = crew;
  return {
    ...rest,
    keepers: rates,
    sequential: alone,
    wrong: [...wrong, ...audited],
    kills: workers.reduce((sum, { kills }) => sum + kills, 0),
    crashes: workers.reduce((sum, { crashes }) => sum + crashes, 0),
    peakRss: workers.map(({ peakRss }) => peakRss),
    rpcCalls: rpc.calls,
    rpcFailed: rpc.failed,
  };
}

/** Sends one transaction per milestone, one after another, through the same failing RPC. */
async function runSequential(stage: Stage, population: Population): Promise<PaymentRates> {
  const { localnet, world, directory, keypairFile, rpc, options } = stage;
  const now = localnet.chain.clock.time;
  const dueAt = Array.from({ length: options.milestones }, (_, index) => now - 10 + index);
  await world.settle(population, () => dueAt);
  const file = path.join(directory, "policies.json");
  writeFileSync(file, JSON.stringify(population.policies.map(({ address }) => address.toBase58())));
  const program = compile("sequential.ts");
  const tally = new Tally(localnet.chain, population);
  const child = spawn(process.execPath, [program, rpc.url, keypairFile, file], {
    env: PROGRAM_ENVIRONMENT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  tally.stop();
  if (code !== 0) throw new Error(`the sequential comparison ended with ${code}`);
  // The time starts with its first payment: starting the process is not part of its rate.
  return ratesOf(tally, tally.paidAt[0]!);
}

interface CrewResult {
  rates: PaymentRates;
  wrong: string[];
  counted: number;
  workers: WorkerProcess[];
  /** Milliseconds of processor time, by all keepers from the first due date to the last payment. */
  cpuMs: number;
  recorded: number;
}

function cpuOf(workers: readonly WorkerProcess[]): number {
  for (const worker of workers) worker.sample();
  return workers.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

async function runKeepers(stage: Stage, population: Population): Promise<CrewResult> {
  const { options, localnet, world, rpc, directory, keypairFile } = stage;
  const program = compile("keeper-process.ts");
  const postgres = await startPostgres();
  const workers = Array.from({ length: options.workers }, (_, index) => {
    const args = [
      ...[rpc.url, localnet.wsUrl, keypairFile, postgres.url],
      ...[String(options.concurrency), String(options.lease), LOG_LEVEL],
    ];
    const name = `worker ${index + 1}`;
    return new WorkerProcess(name, program, args, path.join(directory, `${name}.log`));
  });
  const stops: (() => void)[] = [];
  const every = (milliseconds: number, work: () => void) => {
    const timer = setInterval(work, milliseconds);
    stops.push(() => clearInterval(timer));
  };
  try {
    const first = localnet.chain.clock.time + options.lead;
    const { policies, milestones, every: between } = options;
    await world.settle(population, (index) =>
      Array.from({ length: milestones }, (_, k) => {
        return first + k * between + Math.floor((index * between) / policies);
      }),
    );
    const tally = new Tally(localnet.chain, population);
    const since = performance.now() + (first - localnet.chain.clock.time) * 1_000;
    for (const worker of workers) worker.start();
    // Starting is not part of an execution's cost.
    let startCpuMs = 0;
    const begin = setTimeout(() => (startCpuMs = cpuOf(workers)), since - performance.now());
    stops.push(() => clearTimeout(begin));
    every(SAMPLE_MS, () => workers.forEach((worker) => worker.sample()));
    every(PROGRESS_MS, () => stage.say(progress(tally, since)));
    // It kills the keeper that has worked longest: on a slow machine, one keeper would otherwise be killed again and
    // again before it has begun.
    const killOne = (): boolean => {
      const oldest = workers.reduce((a, b) => (a.readyAt <= b.readyAt ? a : b));
      if (oldest.readyAt === Infinity) return false;
      oldest.kill();
      return true;
    };
    const moments = [...stage.killAfter];
    tally.onPaid = () => {
      if (tally.paid < (moments[0] ?? Infinity)) return;
      if (killOne()) moments.shift();
    };
    const gap = options["kill-every"] * 1_000;
    let killedAt = since;
    if (gap > 0) {
      every(KILL_CHECK_MS, () => {
        const now = performance.now();
        if (now - killedAt >= gap && killOne()) killedAt = now;
      });
    }
    // The audit finds milestones that are unpaid by then.
    const late = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.timeout * 1_000);
      stops.push(() => clearTimeout(timer));
      // A soak that is told to stop leaves no keepers and no Postgres behind.
      process.once("SIGINT", resolve).once("SIGTERM", resolve);
    });
    await Promise.race([tally.done, late]);
    const cpuMs = cpuOf(workers) - startCpuMs;
    for (const stop of stops.splice(0)) stop();
    await Promise.all(workers.map((worker) => worker.stop(STOP_MS)));
    tally.stop();
    const rates = ratesOf(tally, since);
    const recorded = await outcomes(postgres.url);
    const wrong = [...tally.violations, ...tally.wrongCounts()];
    return { rates, wrong, counted: tally.counted, workers, cpuMs, recorded };
  } finally {
    for (const stop of stops) stop();
    await Promise.all(workers.map((worker) => worker.stop(STOP_MS)));
    await postgres.stop();
  }
}

/**
 * Counts the payments in the keepers' own store; those of a killed keeper are only recorded later. Keepers that never
 * started have no store: 0.
 */
async function outcomes(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const table = "milepost_keeper.outcomes";
    const found = await client.query<{ exists: boolean }>(
      "SELECT to_regclass($1) IS NOT NULL AS exists",
      [table],
    );
    if (!found.rows[0]!.exists) return 0;
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) AS count FROM ${table}`,
    );
    return Number(rows[0]!.count);
  } finally {
    await client.end();
  }
}

function progress(tally: Tally, since: number): string {
  const seconds = Math.round((performance.now() - since) / 1_000);
  return `${seconds} s: ${tally.paid} paid in ${tally.transactions} transactions, ${tally.open} open`;
}
