/** Stores waits that end when a watched account changes, or after a while. */
import type { Database } from "@milepost/database";
import type { PolicyAt, Watch } from "./policies";

/** A waiting policy with its watch. */
export interface WatchedPolicy extends PolicyAt, Watch {}

/**
 * Takes waits with a watch, the longest unchecked first; they count as checked now, so that several keepers share the
 * work.
 */
export async function takeWatched(database: Database, limit: number): Promise<WatchedPolicy[]> {
  return database.query<WatchedPolicy>(
    `WITH taken AS (
       SELECT address AS key FROM milepost_keeper.policies WHERE watched IS NOT NULL
       ORDER BY watched_checked_at, address LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE milepost_keeper.policies SET watched_checked_at = now() FROM taken WHERE address = key
     RETURNING address AS policy, milestone_index AS "milestoneIndex", watched AS accounts, watched_digest AS digest`,
    [limit],
  );
}

/** Ends up to `limit` waits with a watch that are six hours old, so that they are decided again. */
export async function wakeOld(database: Database, limit: number): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.policies SET state = 'scheduled', reason = '', watched = NULL, watched_digest = NULL,
       watched_checked_at = NULL, updated_at = now()
     WHERE address IN (
       SELECT address FROM milepost_keeper.policies
       WHERE state = 'waiting' AND watched IS NOT NULL AND due_at IS NOT NULL
         AND updated_at < now() - interval '6 hours'
       ORDER BY address LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit],
  );
}

/** Ends a wait when the digest of its watched accounts differs from `digest`. */
export async function wake(database: Database, at: PolicyAt, digest: string): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.policies SET state = 'scheduled', reason = '', watched = NULL, watched_digest = NULL,
       watched_checked_at = NULL, updated_at = now()
     WHERE address = $1 AND milestone_index = $2 AND state = 'waiting' AND watched_digest = $3 AND due_at IS NOT NULL`,
    [at.policy, at.milestoneIndex, digest],
  );
}
