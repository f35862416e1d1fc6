/** Rows of reconciliations and of their differences. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import type { Difference } from "./compare";
import type { RecordedPolicy } from "./policy-store";

/** What started a run. */
export type Trigger = "daily" | "api" | "command";

/** A run. */
export interface ReconciliationRow {
  id: string;
  mode: Mode;
  account_id: string | null;
  trigger: Trigger;
  state: "running" | "done" | "failed";
  policies: number;
  error: string | null;
  created_at: Date;
  finished_at: Date | null;
}

const COLUMNS = "id, mode, account_id, trigger, state, policies, error, created_at, finished_at";

/** Seconds without a sign of life after which another process takes a daily run over. */
export const ABANDONED_SECS = 600;

/** Writes a run that is about to begin. */
export async function insertReconciliation(
  transaction: Database,
  { mode, accountId, trigger }: { mode: Mode; accountId: string | null; trigger: Trigger },
  now: Date,
): Promise<ReconciliationRow> {
  const [row] = await transaction.query<ReconciliationRow>(
    `INSERT INTO milepost_gateway.reconciliations (id, mode, account_id, trigger, state, created_at, seen_at)
     VALUES ($1, $2, $3, $4, 'running', $5, $5) RETURNING ${COLUMNS}`,
    [newId("reconciliation", now), mode, accountId, trigger, now],
  );
  return row!;
}

/** Claims the run of a UTC day: null when another process has it, or it is done. */
export async function claimDaily(
  database: Database,
  mode: Mode,
  now: Date,
): Promise<ReconciliationRow | null> {
  const [row] = await database.query<ReconciliationRow>(
    `INSERT INTO milepost_gateway.reconciliations AS r (id, mode, trigger, day, state, created_at, seen_at)
     VALUES ($1, $2, 'daily', $3, 'running', $4, $4)
     ON CONFLICT (mode, day) WHERE day IS NOT NULL DO UPDATE SET seen_at = EXCLUDED.seen_at, state = 'running'
       WHERE r.state <> 'done' AND r.seen_at < $5
     RETURNING ${COLUMNS}`,
    [
      newId("reconciliation", now),
      mode,
      now.toISOString().slice(0, 10),
      now,
      new Date(now.getTime() - ABANDONED_SECS * 1_000),
    ],
  );
  return row ?? null;
}

/** Notes that the run goes on. */
export async function noteProgress(
  database: Database,
  { id, policies }: { id: string; policies: number },
  now: Date,
): Promise<void> {
  await database.query(
    "UPDATE milepost_gateway.reconciliations SET policies = $2, seen_at = $3 WHERE id = $1",
    [id, policies, now],
  );
}

/** Ends a run. */
export async function finishReconciliation(
  database: Database,
  { id, state, error }: { id: string; state: "done" | "failed"; error: string | null },
  now: Date,
): Promise<ReconciliationRow> {
  const [row] = await database.query<ReconciliationRow>(
    `UPDATE milepost_gateway.reconciliations SET state = $2, error = $3, seen_at = $4, finished_at = $4
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, state, error, now],
  );
  return row!;
}

/** Writes what differs in one policy; a repetition of the run changes nothing. */
export async function insertDifferences(
  transaction: Database,
  { id, mode }: Pick<ReconciliationRow, "id" | "mode">,
  { address, accountId, objectId, part }: RecordedPolicy,
  differences: readonly Difference[],
  now: Date,
): Promise<void> {
  for (const { field, ledger, chain } of differences) {
    await transaction.query(
      `INSERT INTO milepost_gateway.reconciliation_differences
         (reconciliation_id, mode, policy, field, account_id, object_id, part, ledger, chain, found_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
      [
        id,
        mode,
        address,
        field,
        accountId,
        objectId,
        part,
        ledger?.toString() ?? null,
        chain?.toString() ?? null,
        now,
      ],
    );
  }
}

/** A difference as it is stored. */
export interface DifferenceRow {
  policy: string;
  field: Difference["field"];
  account_id: string;
  object_id: string;
  part: number;
  ledger: string | null;
  chain: string | null;
  found_at: Date;
}

/** Returns the first differences of a run, of one account or of all. */
export function listDifferences(
  database: Database,
  { id, accountId, limit }: { id: string; accountId: string | null; limit: number },
): Promise<DifferenceRow[]> {
  return database.query<DifferenceRow>(
    `SELECT policy, field, account_id, object_id, part, ledger::text AS ledger, chain::text AS chain, found_at
     FROM milepost_gateway.reconciliation_differences
     WHERE reconciliation_id = $1 AND ($2::text IS NULL OR account_id = $2) ORDER BY policy, field LIMIT $3`,
    [id, accountId, limit],
  );
}

/** Returns the accounts with a difference in a run. */
export async function accountsWithDifferences(database: Database, id: string): Promise<string[]> {
  const rows = await database.query<{ account_id: string }>(
    `SELECT DISTINCT account_id FROM milepost_gateway.reconciliation_differences
     WHERE reconciliation_id = $1 ORDER BY account_id`,
    [id],
  );
  return rows.map(({ account_id }) => account_id);
}

/** Returns one more than the page's limit of the account's own runs and of those over every account. */
export function listReconciliations(
  database: Database,
  { accountId, mode }: { accountId: string; mode: Mode },
  { limit, after }: Page,
): Promise<ReconciliationRow[]> {
  return database.query<ReconciliationRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.reconciliations
     WHERE mode = $1 AND (account_id = $2 OR account_id IS NULL) AND ($3::text IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [mode, accountId, after, limit + 1],
  );
}

/** Returns a run that the account may see, or null. */
export async function findReconciliation(
  database: Database,
  { accountId, mode }: { accountId: string; mode: Mode },
  id: string,
): Promise<ReconciliationRow | null> {
  const [row] = await database.query<ReconciliationRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.reconciliations
     WHERE id = $1 AND mode = $2 AND (account_id = $3 OR account_id IS NULL)`,
    [id, mode, accountId],
  );
  return row ?? null;
}

/** The newest run of a mode over every account that came to its end. */
export interface NewestRun {
  mode: Mode;
  policies: number;
  /** Number of policies in which a sum differs. */
  differing: number;
  finishedAt: Date;
}

/** Returns the newest complete run of each mode that has one. */
export async function newestRuns(database: Database): Promise<NewestRun[]> {
  const rows = await database.query<Omit<NewestRun, "finishedAt"> & { finished_at: Date }>(
    `SELECT run.mode, run.policies, run.finished_at, (
       SELECT count(DISTINCT policy)::integer FROM milepost_gateway.reconciliation_differences
       WHERE reconciliation_id = run.id) AS differing
     FROM (
       SELECT DISTINCT ON (mode) id, mode, policies, finished_at FROM milepost_gateway.reconciliations
       WHERE state = 'done' AND account_id IS NULL ORDER BY mode, finished_at DESC) run`,
  );
  return rows.map(({ finished_at, ...row }) => ({ ...row, finishedAt: new Date(finished_at) }));
}
