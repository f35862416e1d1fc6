/** Puts one process of the gateway together: services, workers and servers, and stops them in order. */
import type { Database } from "@milepost/database";
import type { FastifyInstance } from "fastify";
import type { AddressInfo } from "node:net";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { buildApp, type Routes, type ServerOptions } from "../http/app";
import { JOB_HANDLERS } from "../job-handlers";
import type { NotificationSettings } from "../notifications/settings";
import type { Logger } from "../observe/log";
import { createMetrics, type GatewayMetrics } from "../observe/metrics";
import { readinessOf } from "../observe/readiness";
import { createOutbox, type RunningOutbox } from "../outbox/create-outbox";
import { addReleaseApproval } from "../release-approval/routes";
import { RESOURCES, ROOT_ROUTES } from "../resources";
import type { PageOptions } from "../page/serve-page";
import type { ProcessSecrets } from "../secrets/process-secrets";
import { openPage } from "./open-page";
import { addHealth, createOperatorServer } from "./operator-server";
import { registerMetrics } from "./register-metrics";
import { startWorkers, type Worker } from "./workers";

/** An address to listen on. */
export interface Listen {
  host: string;
  /** 0 takes a free port. */
  port: number;
}

/** Options of `startGateway`. */
export interface GatewayOptions extends Pick<
  GatewayContext,
  "files" | "sponsorLamportsPerHour" | "sandbox"
> {
  database: Database;
  chains: Readonly<Partial<Record<Mode, ChainRuntime>>>;
  secrets: ProcessSecrets;
  log: Logger;
  listen: Listen;
  /** Address of metrics and health; null for none. */
  operator: Listen | null;
  /** URL at which clients reach the gateway. Default: where it listens. */
  publicUrl?: string;
  server?: ServerOptions;
  /** How people are told; by default in the inbox and by webhooks. */
  notifications?: NotificationSettings;
  /** Secret of keepers' questions about releases, `whsec_` and base64. Without it, they are not answered. */
  releaseSecret?: string;
  metrics?: GatewayMetrics;
  /** Page that browsers get. Default: none. */
  page?: PageOptions;
  /** Routes at the root beside those of every gateway, such as the sandbox's. Default: none. */
  rootRoutes?: readonly Routes[];
  now?: () => Date;
  /** Longest time in milliseconds that a stop waits for requests and jobs at work. Default: 25,000. */
  drainMs?: number;
}

/** A gateway that serves. */
export interface RunningGateway {
  /** URL at which clients reach it, without a slash at the end. */
  readonly url: string;
  /** Port of metrics and health; null for none. */
  readonly operatorPort: number | null;
  /** True where browsers get the page. */
  readonly hasPage: boolean;
  readonly context: GatewayContext;
  readonly metrics: GatewayMetrics;
  /**
   * Stops: takes no new requests, answers those at work, then ends workers and jobs. The database stays open. Resolves
   * with true when everything ended within `drainMs`.
   */
  stop(): Promise<boolean>;
}

/**
 * Starts the process's gateway.
 * Rejects with the system's error when a port is taken; nothing is left running then.
 * @example
 * const gateway = await startGateway({ database, chains, secrets, log, listen: { host: "127.0.0.1", port: 8080 }, operator: null });
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { database, chains, log, metrics = createMetrics(), now = () => new Date() } = options;
  const outbox = createOutbox({ database, chains, log, now, onOutcome: metrics.jobRan });
  let publicUrl = options.publicUrl ?? `http://${options.listen.host}:${options.listen.port}`;
  const { secrets, files, sponsorLamportsPerHour, sandbox } = options;
  const context: GatewayContext = {
    ...{ database, chains, outbox, secrets, files, sponsorLamportsPerHour, sandbox, log, now },
    get publicUrl() {
      return publicUrl;
    },
  };
  for (const register of JOB_HANDLERS) register(context);
  const deliveries = registerMetrics(metrics, context);
  const state = { isStopping: false };
  const readiness = readinessOf(checksOf(context, state));
  const fallback = openPage(options.page, log);
  const app = await buildApp(context, RESOURCES, {
    ...withMetrics(options.server, metrics),
    ...{ fallback, rootRoutes: [...ROOT_ROUTES, ...(options.rootRoutes ?? [])] },
    isStopping: () => state.isStopping,
  });
  addHealth(app, readiness);
  if (options.releaseSecret) addReleaseApproval(app, context, options.releaseSecret);
  const operator = options.operator && createOperatorServer(metrics, readiness);
  try {
    await app.listen(options.listen);
    if (!options.publicUrl) publicUrl = urlOf(app, options.listen.host);
    if (operator) await operator.listen(options.operator!);
  } catch (error) {
    await Promise.allSettled([app.close(), operator?.close()]);
    throw error;
  }
  outbox.start();
  const workers = startWorkers(context, deliveries, options.notifications);
  return {
    ...{ context, metrics, hasPage: fallback !== undefined },
    url: publicUrl,
    operatorPort: operator && (operator.server.address() as AddressInfo).port,
    async stop() {
      state.isStopping = true;
      const { drainMs = 25_000 } = options;
      const isQuiet = await drain({ app, workers, outbox }, drainMs);
      await operator?.close();
      return isQuiet;
    },
  };
}

function checksOf({ database, chains }: GatewayContext, state: { isStopping: boolean }) {
  const each = Object.entries(chains).map(
    ([mode, chain]) => [`chain (${mode})`, () => chain.time()] as const,
  );
  return {
    database: () => database.query("SELECT 1"),
    ...Object.fromEntries(each),
    running: () => (state.isStopping ? Promise.reject(new Error("stopping")) : Promise.resolve()),
  };
}

function withMetrics(server: ServerOptions = {}, metrics: GatewayMetrics): ServerOptions {
  const { rateLimits } = server;
  return {
    ...server,
    rateLimits: rateLimits && { ...rateLimits, onRefused: metrics.refused },
    onAnswer: metrics.answered,
  };
}

function urlOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const shown = isEverywhere ? "127.0.0.1" : host;
  return `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
}

interface Stoppable {
  app: FastifyInstance;
  workers: readonly Worker[];
  outbox: RunningOutbox;
}

/** Requests at work may wait for a job, so the jobs go on until those are answered. */
async function drain({ app, workers, outbox }: Stoppable, drainMs: number): Promise<boolean> {
  const until = performance.now() + drainMs;
  const left = (): number => Math.max(0, until - performance.now());
  // Fastify closes those that are idle at the beginning only.
  const idle = setInterval(() => app.server.closeIdleConnections(), 100);
  const isAnswered = await within(app.close(), left());
  clearInterval(idle);
  if (!isAnswered) app.server.closeAllConnections();
  const stopped = await within(Promise.allSettled(workers.map((each) => each.stop())), left());
  return (await outbox.stop(left())) && isAnswered && stopped;
}

/** Resolves with true when the work ends in time. */
async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const result = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return result;
}
