/** The journal: what was signed, before it is sent, and what became of it. */
import type {
  Attempt,
  AttemptMember,
  AttemptState,
  Database,
  KeeperAction,
  Outcome,
} from "../types";

/** A signed transaction in the journal. */
export type Journaled = Pick<Attempt, "signature" | "wire" | "members" | "lastValidBlockHeight"> & {
  /** Signed more than an hour ago: many times as long as a blockhash lives. */
  isStale?: boolean;
};

/** Stores a signed transaction; to be awaited before the first send. */
export async function recordAttempt(database: Database, attempt: Journaled): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(
      `INSERT INTO milepost_keeper.attempts (signature, wire, last_valid_block_height, state)
       VALUES ($1, $2, $3, 'signed')`,
      [attempt.signature, attempt.wire, attempt.lastValidBlockHeight],
    );
    await transaction.query(
      `INSERT INTO milepost_keeper.attempt_members (signature, position, policy, milestone_index, action, due_at,
         rent_lamports)
       SELECT $1, r.position, r.policy, r.milestone_index, r.action, r.due_at, r.rent_lamports
       FROM jsonb_to_recordset($2::jsonb) AS r (
         position smallint, policy text, milestone_index smallint, action text, due_at bigint,
         rent_lamports numeric)`,
      [attempt.signature, JSON.stringify(attempt.members.map(toMemberRow))],
    );
  });
}

function toMemberRow(member: AttemptMember, position: number): Record<string, unknown> {
  return {
    position,
    policy: member.policy,
    milestone_index: member.milestoneIndex,
    action: member.action,
    due_at: member.dueAt?.toString() ?? null,
    rent_lamports: member.rentLamports?.toString() ?? null,
  };
}

interface AttemptRow {
  signature: string;
  wire: Uint8Array;
  lastValidBlockHeight: string;
  state: AttemptState;
  error: string | null;
  isStale: boolean;
  members: { policy: string; milestoneIndex: number; action: KeeperAction; dueAt: string | null }[];
}

const SELECT_ATTEMPTS = `
  SELECT a.signature, a.wire, a.last_valid_block_height AS "lastValidBlockHeight", a.state, a.error,
    a.created_at < now() - interval '1 hour' AS "isStale",
    (SELECT jsonb_agg(jsonb_build_object(
        'policy', m.policy, 'milestoneIndex', m.milestone_index, 'action', m.action, 'dueAt', m.due_at::text)
        ORDER BY m.position)
     FROM milepost_keeper.attempt_members m WHERE m.signature = a.signature) AS members
  FROM milepost_keeper.attempts a`;

/**
 * Signed transactions with one of these policies in them whose end nobody knows: none of the policies may be signed for
 * again until it is. The oldest first.
 */
export async function openAttemptsOf(
  database: Database,
  policies: readonly string[],
): Promise<(Attempt & Journaled)[]> {
  const rows = await database.query<AttemptRow>(
    `${SELECT_ATTEMPTS}
     WHERE a.state = 'signed' AND a.signature IN (
       SELECT signature FROM milepost_keeper.attempt_members WHERE policy = ANY($1::text[]))
     ORDER BY a.created_at, a.signature`,
    [policies],
  );
  return rows.map(toAttempt);
}

/** Signed transactions whose end nobody knows, the oldest first. */
export async function openAttempts(
  database: Database,
  limit: number,
): Promise<(Attempt & Journaled)[]> {
  const rows = await database.query<AttemptRow>(
    `${SELECT_ATTEMPTS} WHERE a.state = 'signed' ORDER BY a.created_at, a.signature LIMIT $1`,
    [limit],
  );
  return rows.map(toAttempt);
}

function toAttempt(row: AttemptRow): Attempt & Journaled {
  return {
    signature: row.signature,
    wire: Uint8Array.from(row.wire),
    members: (row.members ?? []).map(({ dueAt, ...member }) => ({
      ...member,
      dueAt: dueAt === null ? null : BigInt(dueAt),
    })),
    lastValidBlockHeight: Number(row.lastValidBlockHeight),
    state: row.state,
    error: row.error,
    isStale: row.isStale,
  };
}

/** How a transaction ended. */
export interface AttemptEnd {
  state: Exclude<AttemptState, "signed">;
  error?: string;
  /** What it paid, when it landed. */
  outcomes?: readonly Outcome[];
}

/**
 * Writes down how a transaction ended, and what it paid, all or nothing. A paid policy waits until a read of its slot or
 * later shows what is next. Again with the same end, it changes nothing. Answers with the outcomes that are new.
 */
export async function finishAttempt(
  database: Database,
  signature: string,
  end: AttemptEnd,
): Promise<Outcome[]> {
  return database.transaction(async (transaction) => {
    await transaction.query(
      `UPDATE milepost_keeper.attempts SET state = $2, error = $3, finished_at = now()
       WHERE signature = $1 AND state = 'signed'`,
      [signature, end.state, end.error ?? null],
    );
    return recordOutcomes(transaction, end.outcomes ?? []);
  });
}

/**
 * Milestones that are paid, by an attempt of ours or, with its signature, by somebody else. Answers with those not
 * recorded before.
 */
export async function recordOutcomes(
  database: Database,
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  if (outcomes.length === 0) return [];
  return database.transaction(async (transaction) => {
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
    // planned = '' lets the next read decide, also one that shows the milestone unpaid: then its block was dropped.
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
  });
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

/** Everything paid for a policy, by milestone. */
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

/** Forgets transactions that ended more than `days` ago; what they paid stays. */
export async function forgetAttempts(database: Database, days: number): Promise<number> {
  const rows = await database.query(
    `DELETE FROM milepost_keeper.attempts WHERE signature IN (
       SELECT signature FROM milepost_keeper.attempts
       WHERE state <> 'signed' AND finished_at < now() - make_interval(days => $1) FOR UPDATE SKIP LOCKED)
     RETURNING 1`,
    [days],
  );
  return rows.length;
}
