/** Hands out due deliveries to the processes of a database, without a leader: by leases and SKIP LOCKED. */
import type { Database } from "@milepost/database";
import type { EndpointRow, OldSecret } from "./store";
import { EVENT_COLUMNS, type EventRow } from "../events/store";

/** A delivery that this process sends now. */
export interface ClaimedDelivery {
  id: string;
  endpointId: string;
  eventId: string;
  objectId: string;
  sequence: number;
  /** Number of attempts, this one included. */
  attempts: number;
  firstAttemptAt: Date;
  /** Token that still has to be there when the result is written. */
  lease: string;
  endpoint: Pick<EndpointRow, "id" | "account_id" | "mode" | "url" | "secret"> & {
    oldSecrets: OldSecret[];
  };
  event: EventRow;
}

/** Limits of a claim. */
export interface ClaimLimits {
  /** Most deliveries. */
  total: number;
  /** Most deliveries in flight to one endpoint, over all processes: a receiver that hangs takes no more. */
  perEndpoint: number;
  /** Seconds after which the delivery of a process that died is sent by another one. Longer than any attempt. */
  leaseSecs: number;
}

interface ClaimRow {
  id: string;
  endpoint_id: string;
  event_id: string;
  object_id: string;
  sequence: number;
  attempts: number;
  first_attempt_at: Date;
}

/**
 * Due, and next for its object: nothing earlier waits for the same endpoint, and nothing of the object is in flight. A delivery
 * whose lease has run out is the next one of its object, whatever was queued meanwhile.
 */
const DUE = `
  d.endpoint_id = e.id AND d.state = 'pending' AND d.next_attempt_at <= $1
  AND (d.lease IS NULL OR d.lease_until < clock_timestamp())
  AND (d.lease IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM milepost_gateway.webhook_deliveries p
    WHERE p.endpoint_id = d.endpoint_id AND p.object_id = d.object_id AND p.state = 'pending' AND p.id <> d.id
      AND (p.sequence < d.sequence OR p.lease IS NOT NULL)))`;

const IN_FLIGHT = `
  SELECT count(*) FROM milepost_gateway.webhook_deliveries f
  WHERE f.endpoint_id = e.id AND f.lease IS NOT NULL AND f.lease_until >= clock_timestamp()`;

const CLAIM = `
  WITH due AS MATERIALIZED (
    SELECT turn.id FROM milepost_gateway.webhook_endpoints e
    CROSS JOIN LATERAL (
      SELECT d.id, d.next_attempt_at FROM milepost_gateway.webhook_deliveries d
      WHERE ${DUE}
      ORDER BY d.next_attempt_at, d.id LIMIT greatest(0, $2 - (${IN_FLIGHT}))
      FOR UPDATE OF d SKIP LOCKED
    ) turn
    WHERE e.status = 'enabled'
    ORDER BY turn.next_attempt_at, turn.id LIMIT $3
  )
  UPDATE milepost_gateway.webhook_deliveries d
  SET lease = $4, lease_until = clock_timestamp() + make_interval(secs => $5), attempts = d.attempts + 1,
    first_attempt_at = coalesce(d.first_attempt_at, $1), last_attempt_at = $1
  FROM due WHERE d.id = due.id
  RETURNING d.id, d.endpoint_id, d.event_id, d.object_id, d.sequence, d.attempts, d.first_attempt_at`;

/**
 * Takes due deliveries. The unique index of what is in flight decides a race between two processes: the loser takes nothing
 * this time.
 */
export async function claimDue(
  database: Database,
  now: Date,
  lease: string,
  { total, perEndpoint, leaseSecs }: ClaimLimits,
): Promise<ClaimedDelivery[]> {
  try {
    return await database.transaction(async (transaction) => {
      const rows = await transaction.query<ClaimRow>(CLAIM, [
        now,
        perEndpoint,
        total,
        lease,
        leaseSecs,
      ]);
      return rows.length === 0 ? [] : withContents(transaction, rows, lease);
    });
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return [];
    throw error;
  }
}

const UNIQUE_VIOLATION = "23505";

async function withContents(
  transaction: Database,
  rows: readonly ClaimRow[],
  lease: string,
): Promise<ClaimedDelivery[]> {
  const endpoints = await transaction.query<EndpointRow>(
    "SELECT * FROM milepost_gateway.webhook_endpoints WHERE id = ANY($1::text[])",
    [rows.map(({ endpoint_id }) => endpoint_id)],
  );
  const events = await transaction.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM milepost_gateway.events WHERE id = ANY($1::text[])`,
    [rows.map(({ event_id }) => event_id)],
  );
  const endpointOf = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  const eventOf = new Map(events.map((event) => [event.id, event]));
  return rows.flatMap((row) => {
    const endpoint = endpointOf.get(row.endpoint_id);
    const event = eventOf.get(row.event_id);
    // Deleted a moment ago: the lease runs out, and the purge removes the row.
    if (!endpoint || !event) return [];
    return [
      {
        id: row.id,
        endpointId: row.endpoint_id,
        eventId: row.event_id,
        objectId: row.object_id,
        sequence: row.sequence,
        attempts: row.attempts,
        firstAttemptAt: new Date(row.first_attempt_at),
        lease,
        endpoint: { ...endpoint, oldSecrets: endpoint.old_secrets },
        event,
      },
    ];
  });
}

/** Gives claimed deliveries back unsent, as a process that stops does, or for a later time. They keep their attempts. */
export async function giveBack(
  database: Database,
  { lease, id = null, until = null }: { lease: string; id?: string | null; until?: Date | null },
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.webhook_deliveries
     SET lease = NULL, lease_until = NULL, attempts = attempts - 1, next_attempt_at = coalesce($3, next_attempt_at),
       first_attempt_at = CASE WHEN attempts > 1 THEN first_attempt_at END
     WHERE lease = $1 AND ($2::text IS NULL OR id = $2)`,
    [lease, id, until],
  );
}
