/** Reads the store for the status view and the metrics. */
import type { Database } from "@milepost/database";
import type { KeeperAction, PolicyState } from "./policy-plan";

/** A policy in the status view. */
export interface StatusEntry {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the current milestone, from 0. */
  milestoneIndex: number;
  /** State in the store. */
  state: PolicyState;
  /** Action that the keeper takes when the policy is due. */
  action: KeeperAction;
  /** Due time, in Unix seconds by the chain's clock; null when it is not known. */
  dueAt: bigint | null;
  /** Reason for which the policy waits or was postponed; empty when nothing delays it. */
  reason: string;
  /** Number of times that the policy was postponed since its plan last changed. */
  attempts: number;
  /** Time of the next attempt, by the database's clock; null when nothing postpones it. */
  notBefore: Date | null;
  /** Time of the last change of this entry, by the database's clock. */
  since: Date;
}

const COLUMNS = `address AS policy, milestone_index AS "milestoneIndex", state, action, due_at AS "dueAt", reason,
  attempts, not_before AS "notBefore", updated_at AS since`;

type Row = Omit<StatusEntry, "dueAt"> & { dueAt: string | null };

function toEntry(row: Row): StatusEntry {
  return { ...row, dueAt: row.dueAt === null ? null : BigInt(row.dueAt) };
}

/** Returns the next executions by due time, postponed or not. */
export async function upcoming(database: Database, limit: number): Promise<StatusEntry[]> {
  const rows = await database.query<Row>(
    `SELECT ${COLUMNS} FROM milepost_keeper.policies WHERE state = 'scheduled' ORDER BY due_at, address LIMIT $1`,
    [limit],
  );
  return rows.map(toEntry);
}

/**
 * Returns policies that are due, or whose time is unknown, and make no progress: they wait for an account, or are
 * postponed after an error. The longest first.
 */
export async function stuck(
  database: Database,
  chainNow: bigint,
  limit: number,
): Promise<StatusEntry[]> {
  const rows = await database.query<Row>(
    `SELECT ${COLUMNS} FROM milepost_keeper.policies
     WHERE (state = 'waiting' AND (due_at IS NULL OR due_at <= $1::bigint))
        OR (state = 'scheduled' AND attempts > 0 AND due_at <= $1::bigint)
     ORDER BY due_at NULLS LAST, updated_at, address LIMIT $2`,
    [chainNow.toString(), limit],
  );
  return rows.map(toEntry);
}

/** Counts of the store's rows, for metrics and status. */
export interface Counts {
  /** Number of policies with an action that time alone makes possible, due or not. */
  scheduled: number;
  /** Number of scheduled policies that are due by the chain's clock. */
  due: number;
  /** Number of due policies that are postponed after an error. */
  backingOff: number;
  /** Number of waiting policies by reason. */
  waiting: Record<string, number>;
  /** Number of policies with nothing left to do. */
  done: number;
  /** Earliest due time of the due policies that nothing postpones, in Unix seconds; null when there is none. */
  oldestDueAt: bigint | null;
  /** Number of signed transactions whose end is not known. */
  openAttempts: number;
  /** Number of milestones paid. */
  outcomes: number;
}

/**
 * Counts policies by state, open transactions and paid milestones. `chainNow` is the chain's time in Unix seconds.
 * @example
 * const { due, backingOff } = await counts(database, chainNow);
 */
export async function counts(database: Database, chainNow: bigint): Promise<Counts> {
  const groups = await database.query<{
    state: PolicyState;
    reason: string | null;
    all: string;
    due: string;
    backing_off: string;
    oldest: string | null;
  }>(
    `SELECT state, CASE WHEN state = 'waiting' THEN reason END AS reason, count(*) AS all,
       count(*) FILTER (WHERE due_at <= $1::bigint) AS due,
       count(*) FILTER (WHERE due_at <= $1::bigint AND not_before > now()) AS backing_off,
       min(due_at) FILTER (WHERE due_at <= $1::bigint AND (not_before IS NULL OR not_before <= now())) AS oldest
     FROM milepost_keeper.policies GROUP BY 1, 2`,
    [chainNow.toString()],
  );
  const [journal] = await database.query<{ open: string; paid: string }>(
    `SELECT (SELECT count(*) FROM milepost_keeper.attempts WHERE state = 'signed') AS open,
       (SELECT count(*) FROM milepost_keeper.outcomes) AS paid`,
  );
  const scheduled = groups.find(({ state }) => state === "scheduled");
  const waiting = groups.filter(({ state }) => state === "waiting");
  return {
    scheduled: Number(scheduled?.all ?? 0),
    due: Number(scheduled?.due ?? 0),
    backingOff: Number(scheduled?.backing_off ?? 0),
    waiting: Object.fromEntries(waiting.map(({ reason, all }) => [reason ?? "", Number(all)])),
    done: Number(groups.find(({ state }) => state === "done")?.all ?? 0),
    oldestDueAt: scheduled?.oldest ? BigInt(scheduled.oldest) : null,
    openAttempts: Number(journal!.open),
    outcomes: Number(journal!.paid),
  };
}
