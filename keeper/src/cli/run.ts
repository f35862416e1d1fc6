/** `milepost-keeper run`. */
import { systemTimers } from "../clock/timers";
import type { RunConfig } from "../config/config";
import { openSocket } from "../find/socket";
import { createKeeper, type Keeper } from "../keeper";
import { openQueue } from "../queue/execute-queue";
import { serveHttp } from "../show/http";
import type { Logger } from "../show/log";
import { openChain, openLog, openStore } from "./open";
import { createRule } from "../config/rule";
import { untilToldToStop } from "./signals";

/** Runs until it is told to stop, or once. Resolves with the exit code. */
export async function run(config: RunConfig): Promise<number> {
  const log = openLog(config);
  const { connections, metrics, genesisHash } = await openChain(config);
  const database = await openStore(config, genesisHash, (error) =>
    log.warn({ err: error }, "lost a connection to the database"),
  );
  const close: (() => Promise<unknown>)[] = [() => database.close()];
  try {
    const queue = config.isDryRun
      ? null
      : await openQueue(database, { onError: (error) => log.warn({ err: error }, "queue") });
    const keeper = createKeeper({
      database,
      queue,
      connection: connections.any,
      connections: connections.each,
      connect: () => {
        const { url, wsUrl } = connections.nextSocketUrl();
        return openSocket(url, { wsUrl });
      },
      feePayer: config.feePayer,
      gateway: config.gateway && {
        signer: config.gateway.signer,
        rule: createRule(config.gateway.rule, (error) =>
          log.warn({ err: error }, "the release rule"),
        ),
      },
      log,
      metrics,
      programId: config.programId,
      timers: systemTimers,
      priority: config.priority,
      concurrency: config.concurrency,
      minBalance: config.minBalance,
    });
    close.unshift(() => keeper.stop());
    if (config.metricsPort !== null) {
      const http = await serveHttp({
        port: config.metricsPort,
        host: config.metricsHost,
        metrics: async () => ({ text: await metrics.text(), contentType: metrics.contentType }),
        readiness: () => keeper.readiness(),
        status: () => keeper.status(),
        onError: (error) => log.warn({ err: error }, "a request over HTTP was not answered"),
      });
      // Until the end it says that it is not ready.
      close.splice(1, 0, () => http.close());
      log.info({ host: config.metricsHost, port: http.port }, "metrics, health and status");
    }
    return await work(keeper, config, log);
  } finally {
    for (const end of close) {
      await end().catch((error: unknown) => log.warn({ err: error }, "while stopping"));
    }
  }
}

async function work(keeper: Keeper, config: RunConfig, log: Logger): Promise<number> {
  const { isDryRun, isOnce, feePayer } = config;
  log.info({ feePayer: feePayer.publicKey, isDryRun, isOnce }, "keeper started");
  const told = untilToldToStop((signal) => {
    log.warn({ signal }, "told to stop a second time: ends at once");
    process.exit(1);
  });
  if (isOnce) {
    const paid = await Promise.race([keeper.runOnce(), told.signal]);
    told.forget();
    if (typeof paid !== "number") return 1;
    log.info({ paid }, "done");
    return 0;
  }
  const started = keeper.start();
  const signal = await told.signal;
  log.info({ signal }, "stopping");
  const isQuiet = await keeper.stop();
  await started.catch(() => undefined);
  log.info({ isQuiet }, "stopped");
  return isQuiet ? 0 : 1;
}
