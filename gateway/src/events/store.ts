/** Rows of events, and how the API shows them. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { toSeconds } from "../time/seconds";
import { likeOf } from "./patterns";
import type { ChainProof } from "./record";
import type { Event } from "./schema";

/** Account and mode whose events are read. */
export interface EventOwner {
  accountId: string;
  mode: Mode;
}

/** A row of the table. */
export interface EventRow {
  id: string;
  type: string;
  mode: Mode;
  object_id: string;
  sequence: number;
  data: unknown;
  chain: ChainProof | null;
  created_at: Date;
}

/** Filters of a list; null for none. */
export interface EventFilter {
  type: string | null;
  objectId: string | null;
  /** Inclusive bounds in Unix seconds. */
  createdAfter: number | null;
  createdBefore: number | null;
}

/** Columns of `EventRow`. */
export const EVENT_COLUMNS = "id, type, mode, object_id, sequence, data, chain, created_at";

/** Returns an event as the API shows it. The same row gives the same bytes, so that a retry repeats the body. */
export function showEvent(row: EventRow): Event {
  return {
    id: row.id,
    object: "event",
    type: row.type,
    mode: row.mode,
    objectId: row.object_id,
    sequence: row.sequence,
    created: toSeconds(row.created_at),
    data: row.data,
    chain: row.chain,
  };
}

/** Returns one more than the page's limit of the account's events, newest first. */
export function listEvents(
  database: Database,
  { accountId, mode }: EventOwner,
  { limit, after }: { limit: number; after: string | null },
  { type, objectId, createdAfter, createdBefore }: EventFilter,
): Promise<EventRow[]> {
  return database.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM milepost_gateway.events
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3)
       AND ($4::text IS NULL OR type LIKE $4) AND ($5::text IS NULL OR object_id = $5)
       AND ($6::bigint IS NULL OR created_at >= to_timestamp($6::bigint))
       AND ($7::bigint IS NULL OR created_at < to_timestamp($7::bigint + 1))
     ORDER BY id DESC LIMIT $8`,
    [
      accountId,
      mode,
      after,
      type === null ? null : likeOf(type),
      objectId,
      createdAfter,
      createdBefore,
      limit + 1,
    ],
  );
}

/** Returns an event of the account, or null. */
export async function findEvent(
  database: Database,
  { accountId, mode }: EventOwner,
  id: string,
): Promise<EventRow | null> {
  const [row] = await database.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM milepost_gateway.events WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [accountId, mode, id],
  );
  return row ?? null;
}
