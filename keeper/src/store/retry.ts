/** Ends delays at once, because the cause of a failure was repaired. Signs nothing: leases and open attempts stay. */
import type { Database } from "../types";

export interface RetryWhat {
  /** Default: all. */
  policies?: readonly string[];
  /** Only those that were put off for this reason. Default: any. */
  reason?: string;
}

/**
 * Has what is put off tried again at once, and decides anew on what waits for an account to change. How often each has
 * failed still counts, so that it has its turn behind the others. Returns how many policies that were. What is already in
 * work, or waits for its date, is left as it is.
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
