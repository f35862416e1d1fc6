/**
 * A keeper that scans many policies, and the queries behind its passes: `RPC_URL DATABASE_URL`, run by `scan.ts`. Prints
 * one line of JSON.
 */
import { readFileSync } from "node:fs";
import { PROGRAM_ID } from "@milepost/sdk";
import type { Database } from "@milepost/database";
import type { Connection } from "@solana/web3.js";
import { keepHeapSmall } from "../src/cli/small-heap";
import { systemTimers } from "../src/clock/timers";
import { openConnections } from "../src/config/connections";
import { type ReconcileSource, Round } from "../src/find/reconcile";
import { rpcPolicySource } from "../src/find/rpc-source";
import type { PolicySource } from "../src/find/source";
import { createKeeper } from "../src/keeper";
import { createLog } from "../src/observe/log";
import { createMetrics } from "../src/observe/metrics";
import { openQueue } from "../src/queue/leases";
import { migrate, openDatabase } from "../src/store/database";
import { due } from "../src/store/due";
import { unread, unseen } from "../src/store/policies";
import { counts } from "../src/store/status";
import { takeWatched } from "../src/store/watches";
import { seededKeypair } from "./random";
import { CHAIN_START } from "./scan-accounts";

const YEAR = 366n * 86_400n;
/** A day on which a few hundredths of the policies are due. */
const TWO_WEEKS = 14n * 86_400n;
const ROLLING_PAGES = 8;
const BATCH = 100;
const ENQUEUE_LIMIT = 1_000;
const LEASE_SECONDS = 45;
const NEVER_MS = 2 ** 30;

/** Returns milliseconds that the work took, the median of some runs. */
async function msOf(work: () => Promise<unknown>, runs = 5): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    await work();
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  return Math.round(took[Math.floor(runs / 2)]! * 10) / 10;
}

const peakMb = () =>
  Math.round(
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]) / 1_024,
  );

/** The RPC's scan, without its websocket. */
function quietSource(connection: Connection): PolicySource {
  const connect = () => {
    throw new Error("the bench has no websocket");
  };
  const rpc = rpcPolicySource({ connection, connect, programId: PROGRAM_ID, timers: systemTimers });
  return {
    isLive: true,
    start: () => undefined,
    stop: () => undefined,
    scan: (request) => rpc.scan(request),
  };
}

async function scan(database: Database, connection: Connection, source: PolicySource) {
  const queue = await openQueue(database);
  const keeper = createKeeper({
    database,
    queue,
    connection,
    source,
    reconcileMs: NEVER_MS,
    feePayer: seededKeypair(1, "fee payer"),
    log: createLog({ destination: { write: () => undefined } }),
    metrics: createMetrics(),
  });
  const begun = performance.now();
  await keeper.start();
  const seconds = (performance.now() - begun) / 1_000;
  if (!keeper.isScanned) throw new Error("the scan has failed");
  await keeper.stop();
  return seconds;
}

/** Measures a page of a rolling round, without its pauses. A page of few policies is the whole round. */
async function roll(source: ReconcileSource): Promise<number> {
  let round = new Round(source);
  // The first page comes with the rules and the sample.
  let isOver = (await round.step()) !== null;
  const step = async () => {
    if (isOver) round = new Round(source);
    isOver = (await round.step()) !== null;
  };
  return msOf(step, ROLLING_PAGES);
}

async function queries(database: Database) {
  const [{ slot }] = (await database.query<{ slot: string }>(
    "SELECT min(seen_slot) AS slot FROM milepost_keeper.policies",
  )) as [{ slot: string }];
  const [now, later, year] = [0n, TWO_WEEKS, YEAR].map((seconds) => CHAIN_START + seconds) as [
    bigint,
    bigint,
    bigint,
  ];
  const queue = await openQueue(database);
  const found = {
    unseen_ms: await msOf(() => unseen(database, Number(slot), "", 1_000)),
    due_none_ms: await msOf(() => due(database, now, ENQUEUE_LIMIT, LEASE_SECONDS)),
    due_some_ms: await msOf(() => due(database, later, ENQUEUE_LIMIT, LEASE_SECONDS)),
    due_all_ms: await msOf(() => due(database, year, ENQUEUE_LIMIT, LEASE_SECONDS)),
    unread_ms: await msOf(() => unread(database, { limit: 1_000 })),
    watched_ms: await msOf(() => takeWatched(database, 1_000)),
    counts_ms: await msOf(() => counts(database, now)),
    enqueue_ms: await msOf(() => queue.enqueueDue(year, ENQUEUE_LIMIT), 3),
    fetch_ms: await msOf(() => queue.fetch(BATCH), 3),
  };
  await queue.stop();
  return found;
}

async function sizes(database: Database) {
  const [row] = await database.query<{ table_mb: string; index_mb: string }>(
    `SELECT round(pg_table_size('milepost_keeper.policies') / 1048576.0, 1)::text AS table_mb,
       round(pg_indexes_size('milepost_keeper.policies') / 1048576.0, 1)::text AS index_mb`,
  );
  return { table_mb: Number(row!.table_mb), index_mb: Number(row!.index_mb) };
}

async function main([url, databaseUrl]: string[]): Promise<void> {
  keepHeapSmall({ url: databaseUrl! });
  const database = await openDatabase({ url: databaseUrl! });
  await migrate(database);
  const connection = openConnections({ urls: [url!] }).any;
  const source = quietSource(connection);
  const scan_s = await scan(database, connection, source);
  const [stored] = await database.query<{ rows: string }>(
    "SELECT count(*) AS rows FROM milepost_keeper.policies",
  );
  const rows = Number(stored!.rows);
  const page_ms = await roll({
    ...{ database, connection, source, programId: PROGRAM_ID, gatewaySigners: [] },
  });
  const cpu = process.cpuUsage();
  const peak_mb = peakMb();
  const measured = {
    rows,
    scan_s: Math.round(scan_s * 10) / 10,
    scan_ms_per_1000: Math.round((scan_s * 1e6) / rows),
    page_ms,
    keeper_cpu_s: Math.round((cpu.user + cpu.system) / 1e5) / 10,
    ...(await queries(database)),
    ...(await sizes(database)),
    peak_mb,
  };
  console.log(JSON.stringify(measured));
  await database.close();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
