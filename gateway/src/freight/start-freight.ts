/** Starts ChainFreight and ChainPay on two ports of this process. */
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context";
import { fundHandler } from "./schedules/fund-handler";
import { FUND_ITEM } from "./schedules/fund";
import { buildChainFreight, buildChainPay, type FreightSettings } from "./server/app";
import { isLoopback } from "./server/keyless";
import { RELEASE_ITEM } from "./settlements/release";
import { releaseHandler } from "./settlements/release-handler";
import { deliverDue } from "./shipment-events/deliver";

/** Options of `startFreight`. */
export interface FreightOptions extends Partial<FreightSettings> {
  /** Port of ChainFreight; 0 takes a free one. Default: 8002. */
  freightPort?: number;
  /** Port of ChainPay; 0 takes a free one. Default: 8003. */
  payPort?: number;
  /** Address to listen on. Default: 127.0.0.1. */
  host?: string;
  /** Interval between two looks for webhooks that are due, in milliseconds. Default: 1,000. */
  webhookMs?: number;
}

/** The running freight API. */
export interface Freight {
  /** URL of ChainFreight, such as `http://127.0.0.1:8002`. */
  freightUrl: string;
  /** URL of ChainPay. */
  payUrl: string;
  /** Finishes the requests at work and stops. */
  close(): Promise<void>;
}

/** Registers the jobs of freight with the outbox; called once at the start of a process, before the outbox starts. */
export function registerFreightHandlers(context: GatewayContext): void {
  context.outbox.register(FUND_ITEM, fundHandler(context));
  context.outbox.register(RELEASE_ITEM, releaseHandler(context));
}

/**
 * Starts both servers. `keylessAccountId` counts only on a loopback address of a process with a sandbox.
 * @example
 * const freight = await startFreight(context, { freightPort: 8002, payPort: 8003, host: "127.0.0.1" });
 */
export async function startFreight(
  context: GatewayContext,
  options: FreightOptions = {},
): Promise<Freight> {
  const host = options.host ?? "127.0.0.1";
  const isSandbox = Boolean(context.chains.test?.sandboxKey) && isLoopback(host);
  const settings: FreightSettings = {
    keylessAccountId: isSandbox ? (options.keylessAccountId ?? null) : null,
    scorerUrl: options.scorerUrl ?? null,
    rateLimits: options.rateLimits ?? null,
  };
  const freight = await buildChainFreight(context, settings);
  const pay = await buildChainPay(context, settings);
  await freight.listen({ host, port: options.freightPort ?? 8002 });
  try {
    await pay.listen({ host, port: options.payPort ?? 8003 });
  } catch (error) {
    await freight.close();
    throw error;
  }
  const loop = startLoop(context, options.webhookMs ?? 1_000);
  return {
    freightUrl: urlOf(freight, host),
    payUrl: urlOf(pay, host),
    async close() {
      await Promise.all([freight.close(), pay.close()]);
      await loop.stop();
    },
  };
}

function urlOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Delivers due webhooks again and again, one round at a time. */
function startLoop(context: GatewayContext, everyMs: number): { stop(): Promise<void> } {
  let round: Promise<void> | null = null;
  const timer = setInterval(() => {
    round ??= deliverDue(context).finally(() => (round = null));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
