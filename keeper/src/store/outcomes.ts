/** Records each paid milestone once. */
import type { Database } from "@milepost/database";

/** A milestone that is paid. Amounts are base units or lamports. */
export interface Outcome {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Signature of the transaction that paid it, base58. */
  signature: string;
  /** Slot in which the transaction landed. */
  slot: number;
  /** Due time in Unix seconds by the chain's clock; null when the store had none. */
  dueAt: bigint | null;
  /** Time of the block, in Unix seconds by the chain's clock. */
  executedAt: bigint;
  /** Mint of the payment, base58; null when no RPC returned the transaction's receipt. */
  mint: string | null;
  /** Amount moved, in base units of the mint; reported to events and not stored. Null when it is not known. */
  amount?: bigint | null;
  /** Share of the transaction's fee, in lamports; the members' shares add up to the whole fee. */
  feeLamports: bigint;
  /** Rent of token accounts that were created for it, in lamports; null when no RPC returned the receipt. */
  rentLamports: bigint | null;
  /** Keeper reward received from the gateway, in base units of the mint; null when it is not known. */
  reward: bigint | null;
}

/**
 * Records milestones paid by an attempt of the keeper or, with its signature, by another executor. Resolves with the
 * milestones not recorded before.
 */
export function recordOutcomes(
  database: Database,
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  return database.transaction((transaction) => writeOutcomes(transaction, outcomes));
}

/** Does what `recordOutcomes` does, within the caller's transaction. */
export async function writeOutcomes(
  transaction: Database,
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  if (outcomes.length === 0) return [];
  const rows = JSON.stringify(outcomes.map(toOutcomeRow));
  const fresh = await transaction.query<{ policy: string; milestone_index: number }>(
    `INSERT INTO milepost_keeper.outcomes
       (policy, milestone_index, signature, slot, due_at, executed_at, mint, fee_lamports, rent_lamports, reward)
     SELECT r.* FROM jsonb_to_recordset($1::jsonb) AS r (policy text, milestone_index smallint, signature text,
       slot bigint, due_at bigint, executed_at bigint, mint text, fee_lamports numeric, rent_lamports numeric,
       reward numeric)
     ORDER BY r.policy, r.milestone_index
     ON CONFLICT DO NOTHING RETURNING policy, milestone_index`,
    [rows],
  );
  // planned = '' lets the next read decide, even one that shows the milestone unpaid: then its block was dropped.
  await transaction.query(
    `UPDATE milepost_keeper.policies p
     SET state = 'waiting', reason = 'Executed', planned = '', queued_at = NULL, not_before = NULL, attempts = 0,
       watched = NULL, watched_digest = NULL, watched_checked_at = NULL,
       seen_slot = greatest(p.seen_slot, paid.slot), updated_at = now()
     FROM (
       SELECT locked.address, r.milestone_index, r.slot
       FROM jsonb_to_recordset($1::jsonb) AS r (policy text, milestone_index smallint, slot bigint)
       JOIN milepost_keeper.policies locked ON locked.address = r.policy
       ORDER BY locked.address FOR UPDATE OF locked
     ) paid
     WHERE p.address = paid.address AND p.milestone_index = paid.milestone_index`,
    [rows],
  );
  const isFresh = new Set(fresh.map((row) => `${row.policy}/${row.milestone_index}`));
  return outcomes.filter(({ policy, milestoneIndex }) =>
    isFresh.has(`${policy}/${milestoneIndex}`),
  );
}

function toOutcomeRow(outcome: Outcome): Record<string, unknown> {
  return {
    policy: outcome.policy,
    milestone_index: outcome.milestoneIndex,
    signature: outcome.signature,
    slot: outcome.slot,
    due_at: outcome.dueAt?.toString() ?? null,
    executed_at: outcome.executedAt.toString(),
    mint: outcome.mint,
    fee_lamports: outcome.feeLamports.toString(),
    rent_lamports: outcome.rentLamports?.toString() ?? null,
    reward: outcome.reward?.toString() ?? null,
  };
}

/** Returns everything paid for a policy, by milestone. */
export async function outcomesOf(database: Database, policy: string): Promise<Outcome[]> {
  const rows = await database.query<Record<keyof Outcome, string | null>>(
    `SELECT policy, milestone_index AS "milestoneIndex", signature, slot, due_at AS "dueAt",
       executed_at AS "executedAt", mint, fee_lamports AS "feeLamports", rent_lamports AS "rentLamports", reward
     FROM milepost_keeper.outcomes WHERE policy = $1 ORDER BY milestone_index`,
    [policy],
  );
  return rows.map((row) => ({
    policy: row.policy!,
    milestoneIndex: Number(row.milestoneIndex),
    signature: row.signature!,
    slot: Number(row.slot),
    dueAt: row.dueAt === null ? null : BigInt(row.dueAt),
    executedAt: BigInt(row.executedAt!),
    mint: row.mint,
    feeLamports: BigInt(row.feeLamports!),
    rentLamports: row.rentLamports === null ? null : BigInt(row.rentLamports),
    reward: row.reward === null ? null : BigInt(row.reward),
  }));
}
