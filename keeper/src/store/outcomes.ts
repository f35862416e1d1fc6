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
 * Parts of the statement that records outcomes, given as an array per column. `fresh` has the milestones not recorded before.
 * Outcomes are inserted before policies are locked, each in the order of the addresses, so that no two keepers wait for one
 * another.
 */
const RECORD = `
  paid AS (
    SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
      $8::numeric[], $9::numeric[], $10::numeric[]) AS r (policy, milestone_index, signature, slot, due_at,
      executed_at, mint, fee_lamports, rent_lamports, reward)
  ), fresh AS (
    INSERT INTO milepost_keeper.outcomes
      (policy, milestone_index, signature, slot, due_at, executed_at, mint, fee_lamports, rent_lamports, reward)
    SELECT * FROM paid ORDER BY policy, milestone_index
    ON CONFLICT DO NOTHING RETURNING policy, milestone_index
  ), waiting AS (
    -- planned = '' lets the next read decide, even one that shows the milestone unpaid: then its block was dropped.
    UPDATE milepost_keeper.policies p
    SET state = 'waiting', reason = 'Executed', planned = '', queued_at = NULL, not_before = NULL, attempts = 0,
      watched = NULL, watched_digest = NULL, watched_checked_at = NULL,
      seen_slot = greatest(p.seen_slot, done.slot), updated_at = now()
    FROM (
      SELECT locked.address, paid.milestone_index, paid.slot
      FROM paid JOIN milepost_keeper.policies locked ON locked.address = paid.policy
      ORDER BY locked.address FOR UPDATE OF locked
    ) done
    WHERE p.address = done.address AND p.milestone_index = done.milestone_index
  )`;

interface FreshRow {
  policy: string;
  milestone_index: number;
}

/**
 * Records milestones paid by an attempt of the keeper or, with its signature, by another executor. Resolves with the
 * milestones not recorded before.
 */
export async function recordOutcomes(
  database: Database,
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  if (outcomes.length === 0) return [];
  return write(database, outcomes, `WITH ${RECORD} SELECT * FROM fresh`);
}

/** Does what `recordOutcomes` does, and ends the attempt as landed, all or nothing. */
export function recordLandedAttempt(
  database: Database,
  signature: string,
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  const text = `WITH ${RECORD}, ended AS (
      UPDATE milepost_keeper.attempts SET state = 'landed', error = NULL, finished_at = now()
      WHERE signature = $11 AND state = 'signed'
    )
    SELECT * FROM fresh`;
  return write(database, outcomes, text, signature);
}

/** Runs one statement, in a transaction: a session that ends before the commit is sent makes it run again. */
async function write(
  database: Database,
  outcomes: readonly Outcome[],
  text: string,
  ...more: readonly unknown[]
): Promise<Outcome[]> {
  const values = [...columnsOf(outcomes), ...more];
  const fresh = await database.transaction((transaction) =>
    transaction.query<FreshRow>(text, values),
  );
  return among(outcomes, fresh);
}

function among(outcomes: readonly Outcome[], fresh: readonly FreshRow[]): Outcome[] {
  const isFresh = new Set(fresh.map((row) => `${row.policy}/${row.milestone_index}`));
  return outcomes.filter(({ policy, milestoneIndex }) =>
    isFresh.has(`${policy}/${milestoneIndex}`),
  );
}

/** Returns the values of `RECORD`: by column, as the database knows the number of values of an array, but not of JSON. */
function columnsOf(outcomes: readonly Outcome[]): unknown[] {
  const text = (value: bigint | null) => value?.toString() ?? null;
  return [
    outcomes.map(({ policy }) => policy),
    outcomes.map(({ milestoneIndex }) => milestoneIndex),
    outcomes.map(({ signature }) => signature),
    outcomes.map(({ slot }) => slot),
    outcomes.map(({ dueAt }) => text(dueAt)),
    outcomes.map(({ executedAt }) => text(executedAt)),
    outcomes.map(({ mint }) => mint),
    outcomes.map(({ feeLamports }) => text(feeLamports)),
    outcomes.map(({ rentLamports }) => text(rentLamports)),
    outcomes.map(({ reward }) => text(reward)),
  ];
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
