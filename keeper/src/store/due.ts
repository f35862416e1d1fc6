/** Chooses the policies whose turn it is. Delays go by database time, due times by chain time. */
import type { Database } from "@milepost/database";
import type { KeeperAction } from "./policy-plan";

/** A policy whose time has come. */
export interface DuePolicy {
  policy: string;
  milestoneIndex: number;
  action: KeeperAction;
  dueAt: bigint;
  /** Number of times that it was postponed since its plan last changed. */
  attempts: number;
}

const DUE_COLUMNS = `address AS policy, milestone_index AS "milestoneIndex", action, due_at AS "dueAt", attempts`;

/** Number of failures from which a policy comes after all others. The index `policies_turn` has the same number. */
export const MAX_TURN = 20;
/**
 * Order of turns. Policies that failed often come last: otherwise a crowd that fails for years would come before
 * everything due today.
 */
const IN_TURN = `least(attempts, ${MAX_TURN}), due_at, address`;

/** Condition for policies that are due by the chain's clock, not delayed and not taken into the queue. */
const IS_DUE = `
  state = 'scheduled' AND due_at <= $1::bigint AND (not_before IS NULL OR not_before <= now())
  AND (queued_at IS NULL OR queued_at < now() - make_interval(secs => $3))`;

type DueRow = Omit<DuePolicy, "dueAt"> & { dueAt: string };

/**
 * Returns policies that are due at `chainNow` and not in the queue: those with the fewest failures first, and of
 * those the longest due. A policy taken into the queue more than `leaseSeconds` ago counts again: its job may be
 * lost.
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

/**
 * Returns the same as `due` and marks the policies as queued; several keepers never get the same. Call it in the
 * transaction that makes the jobs.
 */
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
