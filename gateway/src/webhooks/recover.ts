/** Queues events again for an endpoint, and sends pings to it. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { PING } from "../events/fan-out";
import { recordEvent } from "../events/record";
import { type EventOwner, findEvent } from "../events/store";
import { ID_PREFIXES, newId } from "../ids/ids";
import { parseTimestamp } from "../time/timestamp";
import {
  deliveriesOf,
  requeueEvent,
  requeueSince,
  showDelivery,
  type Since,
} from "./delivery-store";
import { KEPT_DAYS } from "./purge";
import type { WebhookDelivery } from "./schema";
import { lockEndpoint } from "./service";
import { type EndpointRow, listEndpoints } from "./store";

/** Body of a recovery. */
export interface RecoveryRequest {
  /** Unix seconds, an ISO 8601 time, or the id of the last event that the receiver has. */
  since: string | number;
  undeliveredOnly?: boolean;
}

/**
 * Queues everything since a time or after an event, also for a disabled endpoint, which gets it once it is enabled.
 * Throws `GatewayError`: `resource_missing` for an unknown event, `invalid_request` for a time that is none.
 */
export async function recoverEndpoint(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
  { since, undeliveredOnly = false }: RecoveryRequest,
) {
  const endpoint = await lockEndpoint(transaction, caller, id);
  const now = context.now();
  const from = await sinceOf(transaction, caller, since, now);
  const queued = await requeueSince(transaction, endpoint, from, undeliveredOnly, now);
  return { object: "webhook_recovery" as const, endpoint: id, queued };
}

async function sinceOf(
  transaction: Database,
  owner: EventOwner,
  since: string | number,
  now: Date,
): Promise<Since> {
  if (typeof since === "string" && since.startsWith(ID_PREFIXES.event)) {
    if (!(await findEvent(transaction, owner, since))) throw missing("event", since);
    return { afterEvent: since };
  }
  const isWhole = typeof since === "number" || /^\d{1,15}$/.test(since);
  const time = isWhole
    ? new Date(Number(parseTimestamp(Number(since), "since")) * 1_000)
    : new Date(since);
  const refuse = (expected: string): never => {
    throw new GatewayError(
      "invalid_request",
      `since: expected ${expected}, received ${JSON.stringify(since)}`,
      { param: "since" },
    );
  };
  if (Number.isNaN(time.getTime())) {
    return refuse("Unix seconds, an ISO 8601 time or an event's id");
  }
  if (time > now) return refuse("a time in the past");
  const days = (now.getTime() - time.getTime()) / 86_400_000;
  if (days > KEPT_DAYS) return refuse(`a time within ${KEPT_DAYS} days: older events are not kept`);
  return { time };
}

/** Sends a ping to one endpoint; returns the delivery, which is still pending. */
export async function pingEndpoint(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
): Promise<WebhookDelivery> {
  const endpoint = await lockEndpoint(transaction, caller, id);
  requireEnabled(endpoint);
  const now = context.now();
  // An object of its own: a ping does not wait behind events that fail.
  const pingId = newId("ping", now);
  const eventId = await recordEvent(
    transaction,
    {
      accountId: caller.accountId,
      mode: caller.mode,
      type: PING,
      objectId: pingId,
      data: { id: pingId, object: "webhook_ping", endpoint: id },
      onlyTo: id,
    },
    now,
  );
  const [delivery] = await deliveriesOf(transaction, eventId);
  return showDelivery(delivery!);
}

function requireEnabled({ id, status }: EndpointRow): void {
  if (status === "enabled") return;
  throw new GatewayError(
    "invalid_status",
    `The webhook endpoint ${id} is disabled. Set its status to "enabled" first.`,
  );
}

/** Queues one event again for one endpoint, or for every enabled endpoint of the mode; returns the event's deliveries. */
export async function replayEvent(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  eventId: string,
  endpointId: string | null,
): Promise<WebhookDelivery[]> {
  const event = await findEvent(transaction, caller, eventId);
  if (!event) throw missing("event", eventId);
  let endpoints: EndpointRow[];
  if (endpointId === null) {
    const all = await listEndpoints(transaction, caller, { limit: 100, after: null });
    endpoints = all.filter(({ status }) => status === "enabled");
  } else {
    endpoints = [await lockEndpoint(transaction, caller, endpointId)];
    requireEnabled(endpoints[0]!);
  }
  await requeueEvent(transaction, eventId, endpoints, context.now());
  return (await deliveriesOf(transaction, eventId)).map(showDelivery);
}
