/**
 * Measures the memory of a keeper that knows a hundred thousand policies, on Postgres and on its embedded database:
 * after its start, during the scan, and when it is idle. Exits with 1 above the ceiling.
 *
 *     tsx keeper/bench/memory.ts --policies 100000
 *
 * The chain runs in this process, each keeper in one of its own. Memory is resident memory as the system counts it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startPostgres } from "@milepost/database/testing";
import { startLocalnet } from "../../localnet/src";
import { crowd } from "./crowd";
import { milepost } from "./milepost";
import { seededKeypair } from "./random";
import { printTable } from "./report";
import { compile, WorkerProcess } from "./worker-process";
import { World } from "./world";

const CEILING_MB = 300;
const SAMPLE_MS = 250;
const SEED = 1;
const IDLE_SECONDS = 20;

interface Stage {
  url: string;
  wsUrl: string;
  keypairFile: string;
  directory: string;
  policies: number;
}

interface Measured {
  /** Megabytes right after the scan. */
  after_scan_mb: number;
  /** Megabytes a while later. */
  idle_mb: number;
  /** Highest megabytes at any time. */
  peak_mb: number;
  scan_s: number;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      policies: { type: "string", default: "100000" },
      databases: { type: "string", default: "postgres,embedded" },
    },
  });
  const policies = Number(values.policies);
  const localnet = await startLocalnet({ port: 0, programs: [milepost()] });
  const directory = mkdtempSync(path.join(tmpdir(), "keeper-memory-"));
  const keypairFile = path.join(directory, "keypair.json");
  const payer = seededKeypair(SEED, "fee payer");
  writeFileSync(keypairFile, JSON.stringify([...payer.secretKey]), { mode: 0o600 });
  const postgres = await startPostgres();
  try {
    const world = new World(localnet.chain, SEED, 4);
    await world.found(policies);
    await crowd(localnet.chain, world, policies, SEED);
    const stage = { url: localnet.url, wsUrl: localnet.wsUrl, keypairFile, directory, policies };
    const columns: Record<string, Measured> = {};
    for (const name of values.databases.split(",")) {
      const database = name === "postgres" ? postgres.url : path.join(directory, "data");
      columns[name] = await measure(stage, database);
    }
    printTable(columns);
    for (const [database, found] of Object.entries(columns)) {
      console.log(JSON.stringify({ name: "memory", database, policies, ...found }));
    }
    return Object.values(columns).every(({ peak_mb }) => peak_mb <= CEILING_MB) ? 0 : 1;
  } finally {
    await postgres.stop();
    await localnet.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(stage: Stage, database: string): Promise<Measured> {
  const program = compile("keeper-process.ts");
  const { url, wsUrl, keypairFile, directory } = stage;
  const log = path.join(directory, `${path.basename(database)}.log`);
  const keeper = new WorkerProcess(
    "keeper",
    program,
    [url, wsUrl, keypairFile, database, "2", "300", "info"],
    log,
  );
  const begun = performance.now();
  keeper.start();
  const timer = setInterval(() => keeper.sample(), SAMPLE_MS);
  try {
    await keeper.line(/"policies":(\d+).*chain scanned/);
    const scanned = performance.now();
    keeper.sample();
    const afterScan = keeper.rss;
    await sleep(IDLE_SECONDS * 1_000);
    keeper.sample();
    if (keeper.crashes > 0) throw new Error(`the keeper ended by itself, see ${log}`);
    const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
    return {
      after_scan_mb: mb(afterScan),
      idle_mb: mb(keeper.rss),
      peak_mb: mb(keeper.peakRss),
      scan_s: Math.round((scanned - begun) / 100) / 10,
    };
  } finally {
    clearInterval(timer);
    await keeper.stop(40_000);
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
