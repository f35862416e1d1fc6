/** Keeps the journal: each signed transaction before it is sent, and how it ended. */
import type { Database } from "@milepost/database";
import type { KeeperAction } from "./policy-plan";
import { type Outcome, recordLandedAttempt } from "./outcomes";

/** A policy's part in a transaction, which may act on several policies. */
export interface Member {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone that the transaction acts on, from 0. */
  milestoneIndex: number;
  /** Action of this member's instruction. */
  action: KeeperAction;
}

/** A member of a signed transaction, as the journal keeps it. */
export interface AttemptMember extends Member {
  /** Due time that the store had at signing, in Unix seconds by the chain's clock; null when it had none. */
  dueAt: bigint | null;
  /**
   * Rent of the token accounts that the payment may create, in lamports, for the rent budget. Missing on members read
   * from the journal.
   */
  rentLamports?: bigint;
}

/**
 * Stage of an attempt.
 * - `signed`: journaled; its end is not known yet, so none of its policies may be signed for again.
 * - `landed`: confirmed without an error.
 * - `failed`: confirmed with an error; the fee is spent and nothing else has changed.
 * - `expired`: its blockhash expired before it landed; it can never land.
 */
export type AttemptState = "signed" | "landed" | "failed" | "expired";

/** One signed transaction, stored before it is sent. */
export interface Attempt {
  /** Signature of the transaction, base58; it identifies the attempt. */
  signature: string;
  /** Signed bytes of the transaction, sent again as they are. */
  wire: Uint8Array;
  /** Members in the order of their instructions. */
  members: AttemptMember[];
  /** Block height after which the transaction can no longer land. */
  lastValidBlockHeight: number;
  /** Stage that the attempt has reached. */
  state: AttemptState;
  /** Name of the error that a `failed` attempt met; null otherwise. */
  error: string | null;
}

/** A signed transaction in the journal. */
export type Journaled = Pick<Attempt, "signature" | "wire" | "members" | "lastValidBlockHeight"> & {
  /** True when it was signed more than an hour ago: many times as long as a blockhash lives. */
  isStale?: boolean;
};

/** Stores a signed transaction; await it before the first send. */
export async function recordAttempt(database: Database, attempt: Journaled): Promise<void> {
  await database.query(
    `WITH attempt AS (
       INSERT INTO milepost_keeper.attempts (signature, wire, last_valid_block_height, state)
       VALUES ($1, $2, $3, 'signed') RETURNING signature
     )
     INSERT INTO milepost_keeper.attempt_members (signature, position, policy, milestone_index, action, due_at,
       rent_lamports)
     SELECT attempt.signature, r.position, r.policy, r.milestone_index, r.action, r.due_at, r.rent_lamports
     FROM attempt, jsonb_to_recordset($4::jsonb) AS r (
       position smallint, policy text, milestone_index smallint, action text, due_at bigint,
       rent_lamports numeric)`,
    [
      ...[attempt.signature, attempt.wire, attempt.lastValidBlockHeight],
      JSON.stringify(attempt.members.map(toMemberRow)),
    ],
  );
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
 * Returns the open attempts with one of these policies among their members, the oldest first. Until an attempt ends,
 * none of its policies may be signed for again.
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

/** Returns the open attempts, the oldest first. */
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

/** End of an attempt. */
export type AttemptEnd =
  /** `outcomes` are the payments that it made. Default: none. */
  | { state: "landed"; outcomes?: readonly Outcome[] }
  | { state: "failed" | "expired"; error?: string };

/**
 * Records how a transaction ended and what it paid, all or nothing. A paid policy waits until a read of its slot or
 * later shows what is next. A repetition with the same end changes nothing. Resolves with the outcomes that are new.
 */
export async function finishAttempt(
  database: Database,
  signature: string,
  end: AttemptEnd,
): Promise<Outcome[]> {
  if (end.state === "landed") return recordLandedAttempt(database, signature, end.outcomes ?? []);
  await database.query(
    `UPDATE milepost_keeper.attempts SET state = $2, error = $3, finished_at = now()
     WHERE signature = $1 AND state = 'signed'`,
    [signature, end.state, end.error ?? null],
  );
  return [];
}

/** Forgets transactions that ended more than `days` ago; their outcomes stay. */
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
