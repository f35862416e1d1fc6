/**
 * Runs the keeper as the CLI puts it together, in a process that kills itself at a given point, on a clock that may
 * be wrong.
 */
import { readFileSync } from "node:fs";
import { Keypair } from "@solana/web3.js";
import { untilToldToStop } from "../../src/cli/signals";
import { openConnections } from "../../src/config/connections";
import { migrate, openDatabase } from "../../src/store/database";
import { openSocket } from "../../src/find/socket";
import { createKeeper } from "../../src/keeper";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import type { CrashHook } from "../../src/work/crash-points";
import { type KeeperProcessOptions, OPTIONS_VARIABLE } from "./keeper-process";

/** Kills the process by `kill -9` when it first passes the point: nothing after it runs, not even a `finally`. */
function crashAt({ crashAt: wanted }: KeeperProcessOptions): CrashHook {
  return (point) => {
    if (point !== wanted) return undefined;
    process.kill(process.pid, "SIGKILL");
    return new Promise<void>(() => undefined);
  };
}

/** Skews the clock of this process from now on. */
function skewClock(milliseconds: number): void {
  const honest = globalThis.Date;
  const wrongNow = () => honest.now() + milliseconds;
  globalThis.Date = new Proxy(honest, {
    construct: (target, args: [number]) =>
      args.length > 0 ? new target(...args) : new target(wrongNow()),
    get: (target, name) => (name === "now" ? wrongNow : Reflect.get(target, name)),
  });
}

async function main(): Promise<number> {
  const options = JSON.parse(process.env[OPTIONS_VARIABLE] ?? "{}") as KeeperProcessOptions;
  if (options.clockSkewMs) skewClock(options.clockSkewMs);
  const log = createLog({ level: "debug" });
  const secret = JSON.parse(readFileSync(options.keypair, "utf8")) as number[];
  const { urls, wsUrl, eachTimeoutMs } = options;
  const connections = openConnections({ urls, wsUrl, eachTimeoutMs, timeoutMs: eachTimeoutMs });
  const onError = (error: Error) => log.warn({ err: error }, "database");
  const { databaseUrl, directory, statementTimeoutMs } = options;
  const database = await openDatabase(
    databaseUrl !== undefined
      ? { url: databaseUrl, onError, statementTimeoutMs }
      : { directory: directory! },
  );
  await migrate(database);
  const queue = await openQueue(database, { leaseSeconds: options.leaseSeconds });
  const keeper = createKeeper({
    database,
    queue,
    connection: connections.any,
    connections: connections.each,
    pool: connections.pool,
    connect: () => {
      const socket = connections.nextSocketUrl();
      return openSocket(socket.url, { wsUrl: socket.wsUrl });
    },
    feePayer: Keypair.fromSecretKey(Uint8Array.from(secret)),
    log,
    metrics: createMetrics(),
    // These are the shortest delays that the backoff allows.
    random: () => 0.01,
    resendEveryMs: 200,
    stopMs: options.stopMs,
    silenceMs: options.silenceMs,
    gapMs: options.gapMs,
    crash: crashAt(options),
  });
  if (options.isOnce) {
    log.info({ paid: await keeper.runOnce() }, "done");
    await keeper.stop();
    await database.close();
    return 0;
  }
  const told = untilToldToStop(() => process.exit(1));
  void keeper.start().then(() => log.info("started"));
  await told.signal;
  log.info("stopping");
  const isQuiet = await keeper.stop();
  await database.close();
  log.info({ isQuiet }, "stopped");
  return isQuiet ? 0 : 1;
}

void main()
  .catch((error: unknown) => {
    console.error(error);
    return 1;
  })
  .then((code) => process.exit(code));
