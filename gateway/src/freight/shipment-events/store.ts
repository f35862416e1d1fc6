/** Rows of shipment events, each the outbox row of its webhook. */
import type { Database } from "@milepost/database";
import type { EventType } from "../event-types";
import { type Owner, ownerValues } from "../owner";
import type { Page } from "../server/page";
import type { Mode } from "../../caller/mode";

/** An event of a shipment. */
export interface ShipmentEvent {
  id: bigint;
  shipmentId: bigint;
  eventType: EventType;
  occurredAt: Date;
  metadata: string | null;
  recordedAt: Date;
  /** When ChainPay took it; null before. */
  webhookSentAt: Date | null;
}

interface EventRow {
  id: string | number;
  shipment_id: string | number;
  event_type: EventType;
  occurred_at: Date;
  metadata: string | null;
  recorded_at: Date;
  webhook_sent_at: Date | null;
}

const toEvent = (row: EventRow): ShipmentEvent => ({
  id: BigInt(row.id),
  shipmentId: BigInt(row.shipment_id),
  eventType: row.event_type,
  occurredAt: row.occurred_at,
  metadata: row.metadata,
  recordedAt: row.recorded_at,
  webhookSentAt: row.webhook_sent_at,
});

/** Writes a new event, whose webhook is due at once. */
export async function insertEvent(
  transaction: Database,
  owner: Owner,
  event: ShipmentEvent,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_events
       (account_id, mode, id, shipment_id, event_type, occurred_at, metadata, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ...ownerValues(owner),
      event.id.toString(),
      event.shipmentId.toString(),
      event.eventType,
      event.occurredAt,
      event.metadata,
      event.recordedAt,
    ],
  );
}

/** Returns the owner's event. Null for any other id. */
export async function readEvent(
  database: Database,
  owner: Owner,
  id: bigint,
): Promise<ShipmentEvent | null> {
  const [row] = await database.query<EventRow>(
    "SELECT * FROM milepost_gateway.freight_events WHERE account_id = $1 AND mode = $2 AND id = $3",
    [...ownerValues(owner), id.toString()],
  );
  return row ? toEvent(row) : null;
}

/** Returns the first event of a type that a shipment has had, or null. */
export async function readFirstEvent(
  database: Database,
  owner: Owner,
  { shipmentId, eventType }: Pick<ShipmentEvent, "shipmentId" | "eventType">,
): Promise<ShipmentEvent | null> {
  const [row] = await database.query<EventRow>(
    `SELECT * FROM milepost_gateway.freight_events
     WHERE account_id = $1 AND mode = $2 AND shipment_id = $3 AND event_type = $4 ORDER BY id LIMIT 1`,
    [...ownerValues(owner), shipmentId.toString(), eventType],
  );
  return row ? toEvent(row) : null;
}

/** Returns a page of a shipment's events, newest first, and their number. */
export async function listEvents(
  database: Database,
  owner: Owner,
  { shipmentId, skip, limit }: Page & { shipmentId: bigint },
): Promise<{ total: number; events: ShipmentEvent[] }> {
  const [counted] = await database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM milepost_gateway.freight_events
     WHERE account_id = $1 AND mode = $2 AND shipment_id = $3`,
    [...ownerValues(owner), shipmentId.toString()],
  );
  const rows = await database.query<EventRow>(
    `SELECT * FROM milepost_gateway.freight_events
     WHERE account_id = $1 AND mode = $2 AND shipment_id = $3
     ORDER BY occurred_at DESC, id DESC LIMIT $4 OFFSET $5`,
    [...ownerValues(owner), shipmentId.toString(), limit, skip],
  );
  return { total: counted!.total, events: rows.map(toEvent) };
}

/** Returns the first delivered event of each type that a shipment has had. */
export async function firstEvents(
  database: Database,
  owner: Owner,
  shipmentId: bigint,
): Promise<ShipmentEvent[]> {
  const rows = await database.query<EventRow>(
    `SELECT DISTINCT ON (event_type) * FROM milepost_gateway.freight_events
     WHERE account_id = $1 AND mode = $2 AND shipment_id = $3 AND webhook_sent_at IS NOT NULL
     ORDER BY event_type, id`,
    [...ownerValues(owner), shipmentId.toString()],
  );
  return rows.map(toEvent);
}

/**
 * Returns the event if its webhook has not been taken; locked until the transaction ends. It waits for another delivery of
 * the same event, so that the request which recorded the event is answered after its effect.
 */
export async function lockUnsent(
  transaction: Database,
  owner: Owner,
  id: bigint,
): Promise<ShipmentEvent | null> {
  const [row] = await transaction.query<EventRow>(
    `SELECT * FROM milepost_gateway.freight_events
     WHERE account_id = $1 AND mode = $2 AND id = $3 AND webhook_sent_at IS NULL
     FOR UPDATE`,
    [...ownerValues(owner), id.toString()],
  );
  return row ? toEvent(row) : null;
}

/** Records that ChainPay has taken an event. */
export async function markSent(
  transaction: Database,
  owner: Owner,
  { id, now }: { id: bigint; now: Date },
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.freight_events SET webhook_sent_at = $4, webhook_error = NULL
     WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [...ownerValues(owner), id.toString(), now],
  );
}

/** Records that a delivery failed: it is repeated after so many seconds. */
export async function postponeWebhook(
  database: Database,
  owner: Owner,
  { id, seconds, error }: { id: bigint; seconds: number; error: string },
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.freight_events
     SET webhook_attempts = webhook_attempts + 1, webhook_error = $5,
       webhook_next_at = clock_timestamp() + make_interval(secs => $4)
     WHERE account_id = $1 AND mode = $2 AND id = $3 AND webhook_sent_at IS NULL`,
    [...ownerValues(owner), id.toString(), seconds, error],
  );
}

/** An event whose webhook is due. */
export interface DueWebhook {
  owner: Owner;
  id: bigint;
  attempts: number;
}

/** Returns events of the given modes whose webhooks are due, oldest first. */
export async function dueWebhooks(
  database: Database,
  modes: readonly Mode[],
  limit: number,
): Promise<DueWebhook[]> {
  const rows = await database.query<{
    account_id: string;
    mode: Mode;
    id: string | number;
    webhook_attempts: number;
  }>(
    `SELECT account_id, mode, id, webhook_attempts FROM milepost_gateway.freight_events
     WHERE webhook_sent_at IS NULL AND webhook_next_at <= clock_timestamp() AND mode = ANY($1::text[])
     ORDER BY webhook_next_at LIMIT $2`,
    [[...modes], limit],
  );
  return rows.map(({ account_id, mode, id, webhook_attempts }) => ({
    owner: { accountId: account_id, mode },
    id: BigInt(id),
    attempts: webhook_attempts,
  }));
}
