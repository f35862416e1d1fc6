/** Runs `milepost-keeper run`. */
import type { Database } from "@milepost/database";
import { systemTimers } from "../clock/timers";
import type { RunConfig } from "../config/config";
import { UsageError } from "../config/errors";
import { openChannels } from "../config/notify";
import { createRule } from "../config/rule";
import { openSocket } from "../find/socket";
import { createKeeper, type Keeper } from "../keeper";
import { openQueue } from "../queue/leases";
import { type HttpOptions, type HttpServer, serveHttp } from "../observe/http";
import type { Logger } from "../observe/log";
import { createRedactText } from "../observe/redact";
import { checkRoles } from "./check-roles";
import { logConsole } from "./console-lines";
import {
  openChain,
  type Opened,
  openLog,
  openPresence,
  openStatusDatabase,
  openStore,
} from "./open";
import { secretsIn } from "./secrets";
import { onRetrySignal, type Told, untilToldToStop } from "./signals";

/** Runs until it is told to stop, or once. Resolves with the exit code. */
export async function run(config: RunConfig): Promise<number> {
  const log = openLog(config);
  logConsole(log);
  const told = untilToldToStop((signal) => {
    log.warn({ signal }, "received a second signal: exits at once");
    process.exit(1);
  });
  try {
    // Nothing is open yet that needs closing.
    const chain = await Promise.race([openChain(config), told.signal]);
    if (typeof chain === "string") return stoppedEarly(config);
    for (const url of chain.silent) log.warn({ url }, "an RPC does not answer");
    await checkRoles(chain, config, log);
    return await runOn(chain, config, log, told);
  } finally {
    told.forget();
  }
}

async function runOn(chain: Opened, config: RunConfig, log: Logger, told: Told): Promise<number> {
  const { metrics, genesisHash } = chain;
  const onLost = (error: Error) => log.warn({ err: error }, "lost a connection to the database");
  const database = await openStore(config, genesisHash, onLost);
  const redact = createRedactText(secretsIn(config));
  const close: (() => Promise<unknown>)[] = [() => database.close()];
  try {
    if (told.isTold) return stoppedEarly(config);
    const statusDatabase = await openStatusDatabase(config, onLost);
    if (statusDatabase) close.push(() => statusDatabase.close());
    const presence = config.isDryRun ? null : await openPresence(config, onLost);
    if (presence) close.push(() => presence.close());
    const keeper = await openKeeper(chain, config, log, { database, statusDatabase, presence });
    close.unshift(() => keeper.stop());
    if (config.metricsPort !== null) {
      const http = await serve({
        port: config.metricsPort,
        host: config.metricsHost,
        metrics: async () => ({
          text: redact(await metrics.text()),
          contentType: metrics.contentType,
        }),
        readiness: () => keeper.readiness(),
        // The reasons contain answers of RPCs.
        status: async () => redact(await keeper.status()),
        retry: (policies) => keeper.retryNow(policies),
        onError: (error, failures) =>
          log.warn({ err: error, failures }, "requests over HTTP were not answered"),
      });
      // Answers until the end, with `running` not met.
      close.splice(1, 0, () => http.close());
      log.info({ host: config.metricsHost, port: http.port }, "metrics, health and status");
    }
    await checkFeePayer(chain, config, log);
    return await work(keeper, config, log, told);
  } finally {
    for (const end of close) {
      await end().catch((error: unknown) => log.warn({ err: error }, "while stopping"));
    }
  }
}

interface Databases {
  database: Database;
  statusDatabase: Database | null;
  presence: Database | null;
}

async function openKeeper(
  { connections, metrics }: Opened,
  config: RunConfig,
  log: Logger,
  { database, statusDatabase, presence }: Databases,
): Promise<Keeper> {
  const queue = config.isDryRun
    ? null
    : await openQueue(database, {
        isAlone: !("url" in config.database),
        presence: presence ?? undefined,
        onError: (error) => log.warn({ err: error }, "queue"),
      });
  return createKeeper({
    database,
    isShared: "url" in config.database,
    statusDatabase: statusDatabase ?? undefined,
    queue,
    connection: connections.any,
    connections: connections.each,
    pool: connections.pool,
    connect: () => {
      const { url, wsUrl } = connections.nextSocketUrl();
      return openSocket(url, { wsUrl });
    },
    feePayer: config.feePayer,
    rewardOwner: config.rewardOwner ?? undefined,
    gateway: config.gateway && {
      signer: config.gateway.signer,
      rule: createRule(config.gateway.rule, (error) =>
        log.warn({ err: error }, "the release rule"),
      ),
    },
    notify: openChannels(config.notify),
    log,
    metrics,
    programId: config.programId,
    timers: systemTimers,
    priority: config.priority,
    createAccounts: config.createAccounts,
    rentBudget: config.rentBudget,
    concurrency: config.concurrency,
    minBalance: config.minBalance,
  });
}

const TAKEN: Record<string, string> = {
  EADDRINUSE: "is taken: give another one, or off",
  EACCES: "needs another user's rights: give one above 1023, or off",
  EADDRNOTAVAIL: "is unavailable: --metrics-host is not an address of this machine",
};

/** Starts the server. Throws `UsageError` when the port is unavailable. */
async function serve(options: HttpOptions): Promise<HttpServer> {
  try {
    return await serveHttp(options);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    const why = TAKEN[code ?? ""] ?? `can't be listened on (${code}): give another one, or off`;
    throw new UsageError(`--metrics-port ${options.port} on ${options.host} ${why}`);
  }
}

/** Warns of a fee payer without SOL, which is common at a first start. Rejects when that makes the start pointless. */
async function checkFeePayer(
  { connections }: Opened,
  { feePayer, minBalance, isOnce, isDryRun }: RunConfig,
  log: Logger,
): Promise<void> {
  const lamports = await connections.any.getBalance(feePayer.publicKey).catch(() => null);
  if (lamports === null || lamports >= minBalance) return;
  if (lamports === 0 && isOnce && !isDryRun) {
    throw new Error(
      `the fee payer ${feePayer.publicKey.toBase58()} (--keypair) has no SOL on this chain: send some SOL to it`,
    );
  }
  log.warn(
    { feePayer: feePayer.publicKey, lamports, minBalance },
    "the fee payer has less than --min-balance: send some SOL to it",
  );
}

/** Returns the exit code of a stop before the start: with --once, the work was not done. */
function stoppedEarly({ isOnce }: RunConfig): number {
  return isOnce ? 1 : 0;
}

async function work(keeper: Keeper, config: RunConfig, log: Logger, told: Told): Promise<number> {
  const { isDryRun, isOnce, feePayer } = config;
  if (told.isTold) return stoppedEarly(config);
  log.info({ feePayer: feePayer.publicKey, isDryRun, isOnce }, "keeper started");
  if (isOnce) {
    const paid = await Promise.race([keeper.runOnce(), told.signal]);
    if (typeof paid !== "number") return 1;
    log.info({ paid }, "done");
    return 0;
  }
  const forget = onRetrySignal(() => {
    keeper.retryNow().catch((error: unknown) => log.warn({ err: error }, "retry failed"));
  });
  keeper.start().catch((error: unknown) => log.error({ err: error }, "while starting"));
  const why = await Promise.race([told.signal, keeper.failure]);
  forget();
  if (why instanceof Error) {
    log.error({ err: why }, "stopping");
    throw why;
  }
  log.info({ signal: why }, "stopping");
  // Does not wait for the first scan, which may take minutes and on whose end nothing depends.
  const isQuiet = await keeper.stop();
  log.info({ isQuiet }, "stopped");
  return isQuiet ? 0 : 1;
}
