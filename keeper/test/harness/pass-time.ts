import type { Database } from "@milepost/database";

/**
 * Lets the database's time pass for leases and delays. Each statement is repeated after a deadlock: keepers lock the same
 * rows in their own order.
 */
export async function passTime(database: Database, seconds: number): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper_queue.job SET started_on = started_on - make_interval(secs => $1),
       start_after = start_after - make_interval(secs => $1)`,
    [seconds],
  );
  await database.query(
    `UPDATE milepost_keeper.policies SET queued_at = queued_at - make_interval(secs => $1),
       not_before = not_before - make_interval(secs => $1)`,
    [seconds],
  );
}
