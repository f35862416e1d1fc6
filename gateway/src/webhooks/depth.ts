/** Measures the queue of deliveries. */
import type { Database } from "@milepost/database";
import type { DeliveryDepth } from "./metrics";

/** Returns the depth of the queue; deliveries to disabled endpoints do not count. */
export async function measureDepth(database: Database, now: Date): Promise<DeliveryDepth> {
  const [row] = await database.query<{ pending: string; in_flight: string; oldest: Date | null }>(
    `SELECT count(*) AS pending, count(*) FILTER (WHERE d.lease_until >= clock_timestamp()) AS in_flight,
       min(d.next_attempt_at) FILTER (WHERE d.next_attempt_at <= $1) AS oldest
     FROM milepost_gateway.webhook_deliveries d JOIN milepost_gateway.webhook_endpoints e ON e.id = d.endpoint_id
     WHERE d.state = 'pending' AND e.status = 'enabled'`,
    [now],
  );
  const oldest = row!.oldest ? new Date(row!.oldest).getTime() : now.getTime();
  return {
    pending: Number(row!.pending),
    inFlight: Number(row!.in_flight),
    oldestDueSecs: Math.max(0, Math.floor((now.getTime() - oldest) / 1_000)),
  };
}
