/** Reads events in the order of their commits, which is the order of a stream: no event appears behind one that was sent. */
import type { Database } from "@milepost/database";
import { EVENT_COLUMNS, type EventOwner, type EventRow } from "./store";

/** Place of an event in the order of commits. Numbers of the database, as text. */
export interface Position {
  xid: string;
  position: string;
}

/** An event with its place. */
export type PlacedEvent = EventRow & Position;

/**
 * Transactions that began before every running one. An event of a later one is not read yet: a running transaction could still
 * commit an event that belongs before it.
 */
const SETTLED = "xid < pg_snapshot_xmin(pg_current_snapshot())";

/** Returns the place behind every event that is committed now. */
export async function currentPosition(database: Database): Promise<Position> {
  const [row] = await database.query<{ xid: string }>(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid",
  );
  return { xid: row!.xid, position: "-1" };
}

/** Returns the place of an event of the account, or null. */
export async function positionOf(
  database: Database,
  { accountId, mode }: EventOwner,
  eventId: string,
): Promise<Position | null> {
  const [row] = await database.query<Position>(
    `SELECT xid::text AS xid, position::text AS position FROM milepost_gateway.events
     WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [accountId, mode, eventId],
  );
  return row ?? null;
}

/** Returns up to `limit` events of the account behind a place, in order. */
export function readAfter(
  database: Database,
  { accountId, mode }: EventOwner,
  { xid, position }: Position,
  limit: number,
): Promise<PlacedEvent[]> {
  return database.query<PlacedEvent>(
    `SELECT ${EVENT_COLUMNS}, xid::text AS xid, position::text AS position FROM milepost_gateway.events
     WHERE account_id = $1 AND mode = $2 AND (xid, position) > ($3::xid8, $4::bigint) AND ${SETTLED}
     ORDER BY milepost_gateway.events.xid, milepost_gateway.events.position LIMIT $5`,
    [accountId, mode, xid, position, limit],
  );
}

/**
 * Makes the order usable after the tables were restored into another database cluster, whose transaction numbers begin lower:
 * the old events then come first, in their order. Changes nothing otherwise.
 */
export async function repairPositions(database: Database): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.events SET xid = '0'::xid8
     WHERE EXISTS (SELECT 1 FROM milepost_gateway.events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))`,
  );
}
