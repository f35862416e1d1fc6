/** Creates the deliveries of an event in the transaction that records it. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { patternsFor } from "./patterns";

/** Type of the event that `POST /v1/webhook-endpoints/:id/test` sends to that endpoint alone. */
export const PING = "webhook_endpoint.ping";

/** The event whose deliveries are created. */
export interface RecordedEvent {
  id: string;
  accountId: string;
  mode: Mode;
  type: string;
  objectId: string;
  sequence: number;
}

/** SQL of a delivery's id: it sorts by time like its event, and an endpoint has one for an event. */
export const DELIVERY_ID = (event: string, endpoint: string): string =>
  `'whd_' || substr(${event}, 5) || substr(md5(${endpoint}), 1, 14)`;

/** Creates one delivery per enabled endpoint of the mode that chose the type, or for one endpoint whatever it chose. */
export async function createDeliveriesOf(
  transaction: Database,
  event: RecordedEvent,
  onlyTo: string | null,
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.webhook_deliveries
       (id, account_id, mode, endpoint_id, event_id, object_id, sequence, state, next_attempt_at, created_at)
     SELECT ${DELIVERY_ID("$1::text", "e.id")}, e.account_id, e.mode, e.id, $1, $2, $3, 'pending', $4, $4
     FROM milepost_gateway.webhook_endpoints e
     WHERE e.account_id = $5 AND e.mode = $6 AND e.status = 'enabled'
       AND CASE WHEN $7::text IS NULL THEN e.enabled_events && $8::text[] ELSE e.id = $7 END
     ON CONFLICT DO NOTHING`,
    [
      event.id,
      event.objectId,
      event.sequence,
      now,
      event.accountId,
      event.mode,
      onlyTo,
      patternsFor(event.type),
    ],
  );
}
