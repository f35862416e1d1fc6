/** What people and metrics want to know about the store. Reads only. */
import type { Database, KeeperAction, PolicyState } from "../types";

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
  /** Reason for which the policy waits or was put off; empty when nothing holds it up. */
  reason: string;
  /** Number of times that the policy was held up since its plan last changed. */
  attempts: number;
  /** Time of the next attempt, by the database's clock; null when nothing puts it off. */
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

/** What is executed next, by its due time, whatever puts it off. */
export async function upcoming(database: Database, limit: number): Promise<StatusEntry[]> {
  const rows = await database.query<Row>(
    `SELECT ${COLUMNS} FROM milepost_keeper.policies WHERE state = 'scheduled' ORDER BY due_at, address LIMIT $1`,
    [limit],
  );
  return rows.map(toEntry);
}

/** Due, or with its time unknown, and not going on: waiting for an account, or put off after an error. The longest so first. */
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

/** Numbers of the store, for metrics and status. */
export interface Counts {
  /** Number of policies with an action that time alone makes possible, due or not. */
  scheduled: number;
  /** Number of scheduled policies that are due by the chain's clock. */
  due: number;
  /** Number of due policies that are put off after an error. */
  backingOff: number;
  /** Number of waiting policies by reason. */
  waiting: Record<string, number>;
  /** Number of policies with nothing left to do. */
  done: number;
  /** Earliest due time of the due policies that nothing puts off, in Unix seconds; null when there is none. */
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
