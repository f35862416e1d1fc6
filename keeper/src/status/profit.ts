/** Sums what the keepers of a database have earned and spent, from their outcomes. */
import type { Database } from "@milepost/database";

/** Sums over all payments in one mint. Amounts are exact. */
export interface Profit {
  /** Mint, base58; null for payments whose transaction no RPC described: their rewards and rent are unknown. */
  mint: string | null;
  /** Milestones paid. */
  payments: bigint;
  /** Keeper rewards received, in base units of the mint: a lower bound when some are unknown. */
  rewards: bigint;
  /** Payments with an unknown reward. */
  unknownRewards: bigint;
  /** Transaction fees, in lamports. */
  feeLamports: bigint;
  /** Rent of token accounts created for recipients, in lamports, where it is known. */
  rentLamports: bigint;
}

interface Row {
  mint: string | null;
  payments: string;
  rewards: string;
  unknown: string;
  fees: string;
  rent: string;
}

/**
 * Returns one entry per mint, the one with the most payments first.
 * @example
 * const [most] = await profits(database);
 */
export async function profits(database: Database, limit = 20): Promise<Profit[]> {
  // Sums as text: a sum of u64s fits neither a float nor a bigint of Postgres.
  const rows = await database.query<Row>(
    `SELECT mint, count(*)::text AS payments, coalesce(sum(reward), 0)::text AS rewards,
       count(*) FILTER (WHERE reward IS NULL)::text AS unknown,
       sum(fee_lamports)::text AS fees,
       coalesce(sum(rent_lamports), 0)::text AS rent
     FROM milepost_keeper.outcomes GROUP BY mint ORDER BY count(*) DESC, mint NULLS LAST LIMIT $1`,
    [limit],
  );
  return rows.map(({ mint, payments, rewards, unknown, fees, rent }) => ({
    mint,
    payments: BigInt(payments),
    rewards: BigInt(rewards),
    unknownRewards: BigInt(unknown),
    feeLamports: BigInt(fees),
    rentLamports: BigInt(rent),
  }));
}
