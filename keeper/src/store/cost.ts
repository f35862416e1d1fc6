/** Reads the cost of recent payments. */
import type { Database } from "@milepost/database";

/**
 * Returns the average lamports per payment over the last 200, fee and rent, and never less than 1; null before the
 * first payment.
 */
export async function recentCost(database: Database): Promise<bigint | null> {
  const [row] = await database.query<{ lamports: string | null }>(
    `SELECT ceil(avg(fee_lamports + coalesce(rent_lamports, 0)))::text AS lamports
     FROM (SELECT fee_lamports, rent_lamports FROM milepost_keeper.outcomes ORDER BY recorded_at DESC LIMIT 200) AS recent`,
  );
  if (!row?.lamports) return null;
  const cost = BigInt(row.lamports);
  return cost > 0n ? cost : 1n;
}
