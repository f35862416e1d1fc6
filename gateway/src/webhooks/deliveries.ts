/** The background worker of one process: sends what is due, and shares the work with the other processes of the database. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { isConnectionLoss } from "@milepost/database";
import type { GatewayContext } from "../context";
import { repairPositions } from "../events/positions";
import { showEvent } from "../events/store";
import { type ClaimedDelivery, claimDue, giveBack } from "./claim";
import { type CrashHook, noCrash } from "./crash-points";
import { type EndedAttempt, finishAttempt, type Notify, type Outcome } from "./finish";
import { measureDepth } from "./depth";
import type { DeliveryMetrics } from "./metrics";
import { resealSecrets } from "./reseal";
import { isLoopbackAllowed } from "./sandbox";
import { type Outgoing, type SendOptions, sendWebhook } from "./send";
import { signatureHeaders } from "./sign";

/** Settings of `createDeliveries`. */
export interface DeliveryOptions extends SendOptions {
  /** Milliseconds between two looks at the queue. Default: 500. */
  pollMs?: number;
  /** Deliveries in flight in this process. Default: 20. */
  concurrency?: number;
  /** Deliveries in flight to one endpoint, over all processes. Default: 5. */
  perEndpoint?: number;
  /** Seconds after which the work of a process that died is done again. Default: 60. */
  leaseSecs?: number;
  /** Listener for attempts and the depth of the queue. Default: none. */
  metrics?: DeliveryMetrics;
  /** Writes the notices to an endpoint's owner for mail and inbox. Default: only the event tells them. */
  notify?: Notify;
  /** Returns numbers in [0, 1) for the jitter. Default: `Math.random`. */
  random?: () => number;
  /** Runs at each crash point; for tests. */
  crash?: CrashHook;
}

/** Sends webhooks until it is stopped. */
export interface Deliveries {
  /** Starts to look for work. */
  start(): void;
  /** Looks for work now instead of at the next poll. */
  wake(): void;
  /** Sends everything that is due, also what becomes due by that; returns the number of attempts. For tests and commands. */
  drain(): Promise<number>;
  /** Takes nothing more, and resolves when what is in flight has ended. */
  stop(): Promise<void>;
}

const LEASE_SECS = 60;
/** Pause after which a result is written again that the database did not take. */
const WRITE_AGAIN_MS = 250;
const MAINTENANCE_MS = 15_000;
/** Pause after which a message is signed again that this process could not sign. */
const SIGN_AGAIN_MS = 60_000;

/**
 * Creates the worker. Every process of a database may run one.
 * @example
 * const deliveries = createDeliveries(context, {});
 * deliveries.start();
 */
export function createDeliveries(
  context: GatewayContext,
  options: DeliveryOptions = {},
): Deliveries {
  return new Worker(context, options);
}

class Worker implements Deliveries {
  private readonly running = new Set<Promise<unknown>>();
  private timers: NodeJS.Timeout[] = [];
  private looking: Promise<unknown> | null = null;
  private isStopped = false;
  /** True after a failure: an hour without a database logs one line, not one per poll. */
  private isFailing = false;

  constructor(
    private readonly context: GatewayContext,
    private readonly options: DeliveryOptions,
  ) {}

  start(): void {
    const every = (ms: number, work: () => Promise<unknown>) =>
      this.timers.push(setInterval(() => void this.quietly(work), ms).unref());
    every(this.options.pollMs ?? 500, () => this.look());
    every(MAINTENANCE_MS, () => this.measure());
    void this.quietly(() => this.prepare());
    this.wake();
  }

  wake(): void {
    void this.quietly(() => this.look());
  }

  async drain(): Promise<number> {
    let attempts = 0;
    for (;;) {
      const claimed = await this.claim();
      if (claimed.length === 0) return attempts;
      attempts += claimed.length;
      await Promise.all(claimed.map((delivery) => this.attempt(delivery)));
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    await this.looking?.catch(() => undefined);
    await Promise.all(this.running);
  }

  /** What a process does once: after a move of the tables, or a change of the master key. */
  private async prepare(): Promise<void> {
    await repairPositions(this.context.database);
    await resealSecrets(this.context);
  }

  /** Takes as much as this process has room for, and looks again as soon as an attempt ends. */
  private look(): Promise<unknown> {
    this.looking ??= this.takeAndSend().finally(() => (this.looking = null));
    return this.looking;
  }

  private async takeAndSend(): Promise<void> {
    if (this.isStopped) return;
    const claimed = await this.claim();
    for (const delivery of claimed) {
      const work: Promise<unknown> = this.quietly(() => this.attempt(delivery)).finally(() => {
        this.running.delete(work);
        if (!this.isStopped) this.wake();
      });
      this.running.add(work);
    }
  }

  private async claim(): Promise<ClaimedDelivery[]> {
    const { concurrency = 20, perEndpoint = 5, leaseSecs = LEASE_SECS } = this.options;
    const total = concurrency - this.running.size;
    if (total <= 0) return [];
    const { database } = this.context;
    const lease = randomUUID();
    const limits = { total, perEndpoint, leaseSecs };
    const claimed = await claimDue(database, this.context.now(), lease, limits);
    if (!this.isStopped || claimed.length === 0) return claimed;
    await giveBack(database, { lease });
    return [];
  }

  private async attempt(delivery: ClaimedDelivery): Promise<Outcome | null> {
    const { context, options } = this;
    const { crash = noCrash, random = Math.random, metrics } = options;
    await crash("after-claim");
    const outgoing = await this.signed(delivery);
    if (!outgoing) return null;
    const start = performance.now();
    const result = await sendWebhook(outgoing, options);
    const durationMs = Math.round(performance.now() - start);
    await crash("after-send");
    const ended = { delivery, result, durationMs, now: context.now(), random: random() };
    const outcome = await this.finish(ended, start);
    metrics?.attempted(outcome, durationMs);
    const { id, endpointId, eventId, attempts } = delivery;
    const told = { delivery: id, endpoint: endpointId, event: eventId, attempts, outcome };
    if (result.error === null) context.log.debug(told, "a webhook was delivered");
    else context.log.info({ ...told, reason: result.error }, "a webhook was not delivered");
    return outcome;
  }

  /** A database that is away for a moment must not lose a result: the receiver would get the event again. */
  private async finish(ended: EndedAttempt, start: number): Promise<Outcome> {
    const { notify = null, leaseSecs = LEASE_SECS } = this.options;
    for (;;) {
      try {
        return await finishAttempt(this.context.database, ended, notify);
      } catch (error) {
        const isLeaseOver = performance.now() - start > leaseSecs * 1_000;
        if (isLeaseOver || this.isStopped || !isConnectionLoss(error)) throw error;
        await setTimeout(WRITE_AGAIN_MS);
      }
    }
  }

  /** Returns the signed message, or null where this process cannot sign it, which is not the endpoint's failure. */
  private async signed(delivery: ClaimedDelivery): Promise<Outgoing | null> {
    try {
      return this.outgoing(delivery);
    } catch (error) {
      const { context } = this;
      const { id, endpointId, lease } = delivery;
      context.log.error({ err: error, endpoint: endpointId }, "a webhook cannot be signed");
      const until = new Date(context.now().getTime() + SIGN_AGAIN_MS);
      await giveBack(context.database, { lease, id, until });
      return null;
    }
  }

  private outgoing({ endpoint, event }: ClaimedDelivery): Outgoing {
    const { secrets, now } = this.context;
    const at = now();
    const valid = endpoint.oldSecrets.filter(({ expiresAt }) => expiresAt > at.getTime());
    const body = JSON.stringify(showEvent(event));
    return {
      url: endpoint.url,
      body,
      headers: signatureHeaders({
        id: event.id,
        at,
        body,
        secrets: [endpoint.secret, ...valid.map(({ secret }) => secret)].map((sealed) =>
          secrets.box.open(sealed, endpoint.id),
        ),
        signingKeys: secrets.signingKeys,
      }),
      isLoopbackAllowed: isLoopbackAllowed(this.context, endpoint.mode),
    };
  }

  private async measure(): Promise<void> {
    const { metrics } = this.options;
    if (metrics) metrics.depth(await measureDepth(this.context.database, this.context.now()));
  }

  /** Runs work whose failure must not end the process. */
  private async quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.context.log.error({ err: error }, "webhooks are not delivered");
      this.isFailing = true;
    }
  }
}
