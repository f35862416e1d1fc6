/** Stores which alerts a channel still has to send, each at least once; several keepers share the work. */
import type { Database } from "@milepost/database";
import type { Underfunded } from "./alerts";

/** An alert that this keeper has claimed for one channel. */
export interface DueNotification {
  /** Payment that is not covered. */
  alert: Underfunded;
  /** Id of the alert: the same for each attempt to send it, so that a receiver can drop repeats. */
  id: string;
  /** Number of this attempt, from 1. */
  attempt: number;
}

/** Time of a claim, longer than a channel may take to send; after it another keeper tries. */
const CLAIM = "2 minutes";

interface Row {
  policy: string;
  index: number;
  owner: string;
  mint: string;
  due: string;
  reason: string;
  shortfall: string;
  raised: string;
  attempts: number;
}

/** Claims up to `limit` alerts that `channel` has not sent, the soonest due first. */
export async function claimNotifications(
  database: Database,
  channel: string,
  limit: number,
): Promise<DueNotification[]> {
  const rows = await database.transaction(async (transaction) => {
    await transaction.query(
      `INSERT INTO milepost_keeper.notifications (channel, policy, milestone_index)
       SELECT $1, policy, milestone_index FROM milepost_keeper.alerts WHERE reason IS NOT NULL
       ON CONFLICT DO NOTHING`,
      [channel],
    );
    return transaction.query<Row>(
      `WITH due AS (
         SELECT n.policy, n.milestone_index FROM milepost_keeper.notifications n
         JOIN milepost_keeper.alerts a USING (policy, milestone_index)
         WHERE n.channel = $1 AND n.sent_at IS NULL AND n.not_before <= now()
         ORDER BY a.due_at, n.policy, n.milestone_index LIMIT $2 FOR UPDATE OF n SKIP LOCKED)
       UPDATE milepost_keeper.notifications n
       SET attempts = attempts + 1, not_before = now() + interval '${CLAIM}'
       FROM due JOIN milepost_keeper.alerts a USING (policy, milestone_index)
       WHERE n.channel = $1 AND n.policy = due.policy AND n.milestone_index = due.milestone_index
       RETURNING n.policy, n.milestone_index AS index, n.attempts, a.owner, a.mint, a.due_at AS due, a.reason,
         a.shortfall::text AS shortfall, (extract(epoch FROM a.raised_at) * 1000)::bigint AS raised`,
      [channel, limit],
    );
  });
  return rows
    .map((row) => ({
      id: `underfunded_${row.policy}_${row.index}_${row.raised}`,
      attempt: row.attempts,
      alert: {
        policy: row.policy,
        milestoneIndex: row.index,
        owner: row.owner,
        mint: row.mint,
        dueAt: BigInt(row.due),
        reason: row.reason,
        shortfall: BigInt(row.shortfall),
      },
    }))
    .sort((a, b) => (a.alert.dueAt === b.alert.dueAt ? 0 : a.alert.dueAt < b.alert.dueAt ? -1 : 1));
}

/** Records that the channel has sent these. An alert withdrawn in between no longer has a row. */
export async function notificationsSent(
  database: Database,
  channel: string,
  sent: readonly DueNotification[],
): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.notifications n SET sent_at = now()
     FROM jsonb_to_recordset($2::jsonb) AS r (policy text, milestone_index smallint)
     WHERE n.channel = $1 AND n.policy = r.policy AND n.milestone_index = r.milestone_index`,
    [channel, keysOf(sent)],
  );
}

/** Makes the channel try these again after `seconds`. */
export async function notificationsFailed(
  database: Database,
  channel: string,
  failed: readonly DueNotification[],
  seconds: number,
): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.notifications n SET not_before = now() + make_interval(secs => $3)
     FROM jsonb_to_recordset($2::jsonb) AS r (policy text, milestone_index smallint)
     WHERE n.channel = $1 AND n.policy = r.policy AND n.milestone_index = r.milestone_index`,
    [channel, keysOf(failed), seconds],
  );
}

function keysOf(notifications: readonly DueNotification[]): string {
  return JSON.stringify(
    notifications.map(({ alert }) => ({
      policy: alert.policy,
      milestone_index: alert.milestoneIndex,
    })),
  );
}
