/** Removes events after 30 days, with their deliveries. The numbers of an object go on where they were. */
import type { Database } from "@milepost/database";

/** Days that an event is kept. */
export const KEPT_DAYS = 30;

/** Events per transaction: a purge must not hold up the work beside it. */
const BATCH = 1_000;

/** Removes what is older; returns the number of events. Several processes may do it at once. */
export async function purgeEvents(database: Database, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000);
  for (let removed = 0; ;) {
    const ids = await database.transaction(async (transaction) => {
      const rows = await transaction.query<{ id: string }>(
        `DELETE FROM milepost_gateway.events WHERE id IN (
           SELECT id FROM milepost_gateway.events WHERE created_at < $1 ORDER BY created_at LIMIT ${BATCH}
           FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [before],
      );
      await transaction.query(
        "DELETE FROM milepost_gateway.webhook_deliveries WHERE event_id = ANY($1::text[])",
        [rows.map(({ id }) => id)],
      );
      return rows.length;
    });
    removed += ids;
    if (ids < BATCH) return removed;
  }
}
