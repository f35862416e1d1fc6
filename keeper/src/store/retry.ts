/** Ends delays at once, because the cause of a failure was repaired. Signs nothing: leases and open attempts stay. */
import type { Database } from "@milepost/database";

export interface RetryWhat {
  /** Addresses of the policies. Default: all. */
  policies?: readonly string[];
  /** Reason for which they were postponed. Default: any. */
  reason?: string;
}

/**
 * Makes postponed policies due again at once, and has waits for an account decided again. Earlier failures still
 * count, so each policy has its turn behind the others. A policy in work, or one that waits for its date, stays as it
 * is. Returns the number of policies.
 */
export async function retryNow(database: Database, what: RetryWhat = {}): Promise<number> {
  const rows = await database.query(
    `UPDATE milepost_keeper.policies SET not_before = NULL, state = 'scheduled',
       reason = CASE WHEN state = 'waiting' THEN '' ELSE reason END,
       watched = NULL, watched_digest = NULL, watched_checked_at = NULL, updated_at = now()
     WHERE address IN (
       SELECT address FROM milepost_keeper.policies
       WHERE ((state = 'scheduled' AND not_before > now())
           OR (state = 'waiting' AND watched IS NOT NULL AND due_at IS NOT NULL))
         AND ($1::text[] IS NULL OR address = ANY($1::text[])) AND ($2::text IS NULL OR reason = $2)
       ORDER BY address FOR UPDATE)
     RETURNING 1`,
    [what.policies ?? null, what.reason ?? null],
  );
  return rows.length;
}
