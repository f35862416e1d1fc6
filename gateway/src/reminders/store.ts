/** Rows of reminders that were told, and of the projects that are looked at. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { ProjectRef } from "./project-facts";

/** A project that this process looks at now. */
export interface ClaimedWatch extends ProjectRef {
  /** Token that still has to be there when the result is written. */
  lease: string;
}

/** Takes projects whose next look is due. Another process does not get them before the lease runs out. */
export async function claimWatches(
  database: Database,
  mode: Mode,
  chainTime: bigint,
  { lease, leaseSecs, total }: { lease: string; leaseSecs: number; total: number },
): Promise<ClaimedWatch[]> {
  const rows = await database.query<{ project_id: string; account_id: string }>(
    `WITH due AS MATERIALIZED (
       SELECT project_id FROM milepost_gateway.reminder_watches
       WHERE mode = $1 AND look_at <= $2 AND (lease IS NULL OR lease_until < clock_timestamp())
       ORDER BY look_at, project_id LIMIT $3 FOR UPDATE SKIP LOCKED
     )
     UPDATE milepost_gateway.reminder_watches w
     SET lease = $4, lease_until = clock_timestamp() + make_interval(secs => $5)
     FROM due WHERE w.project_id = due.project_id RETURNING w.project_id, w.account_id`,
    [mode, chainTime.toString(), total, lease, leaseSecs],
  );
  return rows.map(({ project_id: id, account_id: accountId }) => ({ id, accountId, mode, lease }));
}

/** Sets when a project is looked at next, and gives it back; `null` ends the watch. */
export async function releaseWatch(
  database: Database,
  { id, lease }: ClaimedWatch,
  lookAt: bigint | null,
): Promise<void> {
  if (lookAt === null) {
    await database.query(
      "DELETE FROM milepost_gateway.reminder_watches WHERE project_id = $1 AND lease = $2",
      [id, lease],
    );
    return;
  }
  await database.query(
    `UPDATE milepost_gateway.reminder_watches SET look_at = $3, lease = NULL, lease_until = NULL
     WHERE project_id = $1 AND lease = $2`,
    [id, lease, lookAt.toString()],
  );
}

/** A reminder by what makes it unique. */
export interface ReminderKey {
  accountId: string;
  mode: Mode;
  milestoneId: string;
  policy: string | null;
  kind: string;
  round: string;
}

/** Notes that a reminder is told; returns false when it was told already. */
export async function insertReminder(
  transaction: Database,
  { accountId, mode, milestoneId, policy, kind, round }: ReminderKey,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `INSERT INTO milepost_gateway.reminders (account_id, mode, milestone_id, policy, kind, round, told_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING kind`,
    [accountId, mode, milestoneId, policy, kind, round, now],
  );
  return rows.length === 1;
}
