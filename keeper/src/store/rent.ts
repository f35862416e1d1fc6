/** Reads the rent that all keepers of a database have paid for others' token accounts. */
import type { Database } from "@milepost/database";

/**
 * Returns the lamports of the last hour by the database's clock, with those of open attempts, except the open ones of
 * the policies in `except`.
 */
export async function rentSpent(database: Database, except: readonly string[]): Promise<bigint> {
  const [row] = await database.query<{ lamports: string }>(
    `SELECT (
       (SELECT coalesce(sum(coalesce(o.rent_lamports, m.rent_lamports)), 0)
        FROM milepost_keeper.outcomes o
        -- What no RPC told counts as what it may have been.
        LEFT JOIN milepost_keeper.attempt_members m
          ON o.rent_lamports IS NULL AND m.signature = o.signature AND m.policy = o.policy
        WHERE o.recorded_at > now() - interval '1 hour' AND o.rent_lamports IS DISTINCT FROM 0)
       +
       (SELECT coalesce(sum(m.rent_lamports), 0)
        FROM milepost_keeper.attempts a JOIN milepost_keeper.attempt_members m ON m.signature = a.signature
        WHERE a.state = 'signed' AND m.policy <> ALL($1::text[]))
     )::text AS lamports`,
    [except],
  );
  return BigInt(row!.lamports);
}
