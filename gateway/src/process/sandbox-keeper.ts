/** The keeper of the sandbox: it executes what the gateway could not, and what time alone makes due. */
import type { Database } from "@milepost/database";
import {
  createKeeper,
  createMetrics,
  httpCallbackRule,
  migrate,
  openQueue,
  openSocket,
  systemTimers,
} from "@milepost/keeper";
import type { MilepostLocalnet } from "@milepost/localnet";
import type { Registry } from "prom-client";
import type { Logger } from "../observe/log";

/** What the keeper shares with the gateway. */
export interface SandboxKeeperOptions {
  database: Database;
  localnet: MilepostLocalnet;
  log: Logger;
  registry: Registry;
  /** Where the gateway answers whether a milestone may be released, and the secret of the questions. */
  rule: { url: string; secret: string };
}

/** A keeper that runs. */
export interface SandboxKeeper {
  stop(): Promise<unknown>;
}

/** Returns a log that warns of no order that waits for its delivery: the gateway answered so, and nothing is wrong. */
function withoutWaits(log: Logger): Logger {
  const warn = (fields: { reason?: unknown }, text: string): void =>
    log[fields.reason === "ReleaseLater" ? "debug" : "warn"](fields, text);
  return Object.create(log, { warn: { value: warn } }) as Logger;
}

/** Starts the keeper on the gateway's database, with tables of its own. */
export async function startSandboxKeeper({
  database,
  localnet,
  log,
  registry,
  rule,
}: SandboxKeeperOptions): Promise<SandboxKeeper> {
  await migrate(database);
  const warn = (error: unknown): void => log.warn({ err: error }, "keeper");
  const queue = await openQueue(database, { isAlone: true, onError: warn });
  const { connection, url, wsUrl, wallets, programId } = localnet;
  const keeper = createKeeper({
    ...{ database, queue, connection, programId },
    log: withoutWaits(log),
    connect: () => openSocket(url, { wsUrl }),
    feePayer: wallets.keeper,
    gateway: {
      signer: wallets.gatewaySigner,
      rule: httpCallbackRule({ ...rule, onProblem: warn }),
    },
    metrics: createMetrics(registry),
    timers: systemTimers,
    concurrency: 1,
  });
  keeper.start().catch(warn);
  keeper.failure.then(warn, warn);
  return { stop: () => keeper.stop() };
}
