/**
 * Measures what a restart of a keeper costs among policies that the database knows: processor time of the keeper, of
 * Postgres and of the chain with its RPC, from the start of the process until some seconds after its first scan. Each restart
 * follows a SIGKILL, as in the soak. Prints the medians.
 *
 *     npx tsx keeper/bench/restart.ts --policies 10000 --runs 5
 *
 * Alone: no other keeper has the database open. Nothing is due, and the RPC neither fails nor waits. Linux only.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "@milepost/database/testing";
import { startLocalnet } from "../../localnet/src";
import { startFaultyRpc } from "./faulty-rpc";
import { milepost } from "./milepost";
import { postgresCpuMs } from "./processor-time";
import { seededKeypair } from "./random";
import { printTable } from "./report";
import { compile, WorkerProcess } from "./worker-process";
import { World } from "./world";

const SEED = 11;
const A_DAY = 86_400;
/** Time after the first scan in which the keeper settles down, in milliseconds. */
const SETTLE_MS = 2_000;

interface Cost {
  wall_ms: number;
  keeper_ms: number;
  postgres_ms: number;
  chain_ms: number;
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      policies: { type: "string", default: "10000" },
      runs: { type: "string", default: "5" },
    },
  });
  const [policies, runs] = [Number(values.policies), Number(values.runs)];
  const directory = mkdtempSync(path.join(tmpdir(), "keeper-restart-"));
  const localnet = await startLocalnet({ port: 0, programs: [milepost()] });
  const rpc = await startFaultyRpc(localnet.url, { rate: 0, latency: 0, random: () => 1 });
  const postgres = await startPostgres();
  try {
    const keypair = path.join(directory, "keypair.json");
    writeFileSync(keypair, JSON.stringify([...seededKeypair(SEED, "fee payer").secretKey]));
    const world = new World(localnet.chain, SEED, 1);
    await world.found(policies);
    const dueAt = localnet.chain.clock.time + A_DAY;
    await world.settle(world.populate("restart", policies, 100), (index) => [dueAt + index]);
    const flags = [rpc.url, localnet.wsUrl, keypair, postgres.url, "2", "45", "warn"];
    const worker = () =>
      new WorkerProcess(
        "keeper",
        compile("keeper-process.ts"),
        flags,
        path.join(directory, "keeper.log"),
      );
    const first = await measure(worker(), postgres.url);
    const alone = await restarts(worker, postgres.url, runs);
    const other = worker();
    other.start();
    await other.line(/^started$/);
    const beside = await restarts(worker, postgres.url, runs);
    await other.stop(0);
    printTable({ "first start": first, "restart, alone": alone, "beside another": beside });
    console.log(JSON.stringify({ name: "restart", policies, first, alone, beside }));
  } finally {
    await postgres.stop();
    await rpc.close();
    await localnet.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Returns the medians of some restarts. */
async function restarts(
  worker: () => WorkerProcess,
  databaseUrl: string,
  runs: number,
): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run += 1) costs.push(await measure(worker(), databaseUrl));
  return medians(costs);
}

/** Measures one start, from the process to `SETTLE_MS` after its first scan, and kills the process. */
async function measure(worker: WorkerProcess, databaseUrl: string): Promise<Cost> {
  const before = { chain: ownCpuMs(), postgres: await postgresCpuMs(databaseUrl) };
  const begun = performance.now();
  worker.start();
  await worker.line(/^started$/);
  const wall = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  worker.sample();
  const cost = {
    wall_ms: Math.round(wall),
    keeper_ms: worker.cpuMs,
    postgres_ms: (await postgresCpuMs(databaseUrl)) - before.postgres,
    chain_ms: Math.round(ownCpuMs() - before.chain),
  };
  await worker.stop(process.env.PROFILES ? 10_000 : 0);
  return cost;
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function medians(costs: readonly Cost[]): Cost {
  const median = (of: keyof Cost) =>
    costs.map((cost) => cost[of]).sort((a, b) => a - b)[costs.length >> 1]!;
  return {
    wall_ms: median("wall_ms"),
    keeper_ms: median("keeper_ms"),
    postgres_ms: median("postgres_ms"),
    chain_ms: median("chain_ms"),
  };
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
