/** Rows of deliveries as the API reads and re-queues them. `claim.ts` has what the workers do with them. */
import type { Database } from "@milepost/database";
import { DELIVERY_ID, PING } from "../events/fan-out";
import type { Page } from "../http/list";
import { toSeconds } from "../time/seconds";
import type { WebhookDelivery } from "./schema";
import type { EndpointRow } from "./store";

/** State of a delivery. */
export type DeliveryState = WebhookDelivery["status"];

/** A row of the table. */
export interface DeliveryRow {
  id: string;
  endpoint_id: string;
  event_id: string;
  object_id: string;
  sequence: number;
  state: DeliveryState;
  attempts: number;
  next_attempt_at: Date;
  first_attempt_at: Date | null;
  last_attempt_at: Date | null;
  response_status: number | null;
  response_body: string | null;
  error: string | null;
  duration_ms: number | null;
  created_at: Date;
}

/** Returns a delivery as the API shows it. */
export function showDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    object: "webhook_delivery",
    endpoint: row.endpoint_id,
    event: row.event_id,
    objectId: row.object_id,
    sequence: row.sequence,
    status: row.state,
    attempts: row.attempts,
    created: toSeconds(row.created_at),
    lastAttempt: toSeconds(row.last_attempt_at),
    nextAttempt: row.state === "pending" ? toSeconds(row.next_attempt_at) : null,
    responseStatus: row.response_status,
    responseBody: row.response_body,
    error: row.error,
    durationMs: row.duration_ms,
  };
}

/** Returns one more than the page's limit of the endpoint's deliveries, those of the newest events first. */
export function listDeliveries(
  database: Database,
  endpointId: string,
  { limit, after }: Page,
  { state, eventId }: { state: DeliveryState | null; eventId: string | null },
): Promise<DeliveryRow[]> {
  return database.query<DeliveryRow>(
    `SELECT * FROM milepost_gateway.webhook_deliveries
     WHERE endpoint_id = $1 AND ($2::text IS NULL OR id < $2)
       AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR event_id = $4)
     ORDER BY id DESC LIMIT $5`,
    [endpointId, after, state, eventId, limit + 1],
  );
}

/** Returns the deliveries of an event. */
export function deliveriesOf(database: Database, eventId: string): Promise<DeliveryRow[]> {
  return database.query<DeliveryRow>(
    "SELECT * FROM milepost_gateway.webhook_deliveries WHERE event_id = $1 ORDER BY id",
    [eventId],
  );
}

/** Makes what waits for an endpoint due now. */
export async function queuePendingNow(
  transaction: Database,
  endpointId: string,
  now: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.webhook_deliveries SET next_attempt_at = $2
     WHERE endpoint_id = $1 AND state = 'pending' AND lease IS NULL AND next_attempt_at > $2`,
    [endpointId, now],
  );
}

/** Where a recovery starts: a time, or after an event. */
export type Since = { time: Date } | { afterEvent: string };

/** A delivery starts anew: its three days begin with its next attempt. One that is in flight stays as it is. */
const START_ANEW = `
  ON CONFLICT (endpoint_id, event_id) DO UPDATE
  SET state = 'pending', attempts = 0, next_attempt_at = excluded.next_attempt_at, first_attempt_at = NULL, error = NULL
  WHERE webhook_deliveries.lease IS NULL`;

/**
 * Queues an endpoint's events since then, in the order of their commits; returns how many. `isUndeliveredOnly` leaves out those
 * that the endpoint has received.
 */
export async function requeueSince(
  transaction: Database,
  endpoint: EndpointRow,
  since: Since,
  isUndeliveredOnly: boolean,
  now: Date,
): Promise<number> {
  const time = "time" in since ? since.time : null;
  const afterEvent = "afterEvent" in since ? since.afterEvent : null;
  const rows = await transaction.query(
    `INSERT INTO milepost_gateway.webhook_deliveries AS webhook_deliveries
       (id, account_id, mode, endpoint_id, event_id, object_id, sequence, state, next_attempt_at, created_at)
     SELECT ${DELIVERY_ID("v.id", "$1::text")}, v.account_id, v.mode, $1, v.id, v.object_id, v.sequence, 'pending', $2, $2
     FROM milepost_gateway.events v
     WHERE v.account_id = $3 AND v.mode = $4 AND v.type <> '${PING}'
       AND ('*' = ANY($5::text[]) OR v.type = ANY($5) OR split_part(v.type, '.', 1) || '.*' = ANY($5))
       AND ($6::timestamptz IS NULL OR v.created_at >= $6)
       AND ($7::text IS NULL OR (v.xid, v.position) >
         (SELECT xid, position FROM milepost_gateway.events WHERE id = $7))
       AND NOT ($8 AND EXISTS (SELECT 1 FROM milepost_gateway.webhook_deliveries d
         WHERE d.endpoint_id = $1 AND d.event_id = v.id AND d.state = 'delivered'))
     ORDER BY v.xid, v.position
     ${START_ANEW} RETURNING id`,
    [
      endpoint.id,
      now,
      endpoint.account_id,
      endpoint.mode,
      endpoint.enabled_events,
      time,
      afterEvent,
      isUndeliveredOnly,
    ],
  );
  return rows.length;
}

/** Queues one event for the given endpoints; returns how many of them. */
export async function requeueEvent(
  transaction: Database,
  eventId: string,
  endpoints: readonly EndpointRow[],
  now: Date,
): Promise<number> {
  const rows = await transaction.query(
    `INSERT INTO milepost_gateway.webhook_deliveries AS webhook_deliveries
       (id, account_id, mode, endpoint_id, event_id, object_id, sequence, state, next_attempt_at, created_at)
     SELECT ${DELIVERY_ID("v.id", "e.id")}, v.account_id, v.mode, e.id, v.id, v.object_id, v.sequence, 'pending', $3, $3
     FROM milepost_gateway.events v, unnest($2::text[]) AS e (id) WHERE v.id = $1
     ${START_ANEW} RETURNING id`,
    [eventId, endpoints.map(({ id }) => id), now],
  );
  return rows.length;
}
