/** Whose turn it is. Database time decides about delays, chain time about due. */
import type { Database, KeeperAction } from "../types";

/** A policy whose time has come. */
export interface DuePolicy {
  policy: string;
  milestoneIndex: number;
  action: KeeperAction;
  dueAt: bigint;
  /** How often it was held up since its plan last changed. */
  attempts: number;
}

const DUE_COLUMNS = `address AS policy, milestone_index AS "milestoneIndex", action, due_at AS "dueAt", attempts`;

/** What has failed as often as this has its turn after everything else. The index `policies_turn` has it, too. */
export const MAX_TURN = 20;
/** What failed often comes last: else a crowd that fails for years would be in front of everybody who is due today. */
const IN_TURN = `least(attempts, ${MAX_TURN}), due_at, address`;

/** Due by the chain's clock, not delayed and not taken into the queue. */
const IS_DUE = `
  state = 'scheduled' AND due_at <= $1::bigint AND (not_before IS NULL OR not_before <= now())
  AND (queued_at IS NULL OR queued_at < now() - make_interval(secs => $3))`;

type DueRow = Omit<DuePolicy, "dueAt"> & { dueAt: string };

/**
 * What is due at `chainNow` and not in the queue: what was never held up first, and of those the longest due. What was
 * taken into the queue more than `leaseSeconds` ago counts again: its job may be lost.
 */
export async function due(
  database: Database,
  chainNow: bigint,
  limit: number,
  leaseSeconds: number,
): Promise<DuePolicy[]> {
  const rows = await database.query<DueRow>(
    `SELECT ${DUE_COLUMNS} FROM milepost_keeper.policies WHERE ${IS_DUE} ORDER BY ${IN_TURN} LIMIT $2`,
    [chainNow.toString(), limit, leaseSeconds],
  );
  return rows.map(toDue);
}

/** `due`, marked as being in the queue; several keepers never get the same. For the transaction that makes the jobs. */
export async function takeDue(
  database: Database,
  chainNow: bigint,
  limit: number,
  leaseSeconds: number,
): Promise<DuePolicy[]> {
  const rows = await database.query<DueRow>(
    `WITH taken AS (
       SELECT address AS key FROM milepost_keeper.policies WHERE ${IS_DUE}
       ORDER BY ${IN_TURN} LIMIT $2 FOR UPDATE SKIP LOCKED
     ), marked AS (
       UPDATE milepost_keeper.policies SET queued_at = now() FROM taken WHERE address = key
       RETURNING ${DUE_COLUMNS}
     )
     SELECT * FROM marked ORDER BY least(attempts, ${MAX_TURN}), "dueAt", policy`,
    [chainNow.toString(), limit, leaseSeconds],
  );
  return rows.map(toDue);
}

function toDue(row: DueRow): DuePolicy {
  return {
    policy: row.policy,
    milestoneIndex: row.milestoneIndex,
    action: row.action,
    dueAt: BigInt(row.dueAt),
    attempts: row.attempts,
  };
}
