/** What the keepers of a database have earned and spent, from what they wrote down. */
import type { Database } from "../types";

/** Over all payments in one mint. Amounts are exact. */
export interface Profit {
  /** Null: payments of which no RPC told what the transaction did; rewards and rent are not known then. */
  mint: string | null;
  /** Milestones paid. */
  payments: bigint;
  /** Keeper rewards received, in base units of the mint: at least so much where some are not known. */
  rewards: bigint;
  /** Payments of which it is not known what reward they paid. */
  unknownRewards: bigint;
  /** Spent on transactions. */
  feeLamports: bigint;
  /** Spent on token accounts that were created for recipients, where that is known. */
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
 * One entry a mint, the one most paid in first.
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
