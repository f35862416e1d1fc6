/** Rows of what the parties of a project asked for. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Mode } from "../caller/mode";
import { newId } from "../ids/ids";
import type { ProjectRow } from "../projects/rows";
import type { Step } from "./step-rules";

/** What a step needs besides its milestone; JSON. */
export interface StepPayload {
  /** Hex; of a submission, or of what the homeowner approves. */
  evidenceHash?: string;
  /** Hex. */
  reasonHash?: string;
  /** Base units as digits. */
  recipientAmount?: string;
  /** What the mediator decided for. */
  reasons?: string;
  /** Id of the settlement that both agreed to. */
  settlementId?: string;
}

/** An action's row. */
export interface ActionRow {
  id: string;
  account_id: string;
  mode: Mode;
  project_id: string;
  milestone_id: string | null;
  part: number;
  kind: Step;
  person_id: string | null;
  payload: StepPayload;
  state: "prepared" | "pending" | "landed" | "failed";
  job_id: string | null;
  signature: string | null;
  error: string | null;
  created_at: Date;
}

/** Input of `insertAction`. */
export interface NewAction {
  project: ProjectRow;
  milestoneId: string | null;
  part: number;
  kind: Step;
  personId: string;
  payload: StepPayload;
  state: "prepared" | "pending";
  idempotencyKey: string | null;
}

/** Writes an action; returns its id. */
export async function insertAction(
  transaction: Database,
  { project, milestoneId, part, kind, personId, payload, state, idempotencyKey }: NewAction,
  now: Date,
): Promise<string> {
  const id = newId("action", now);
  await transaction.query(
    `INSERT INTO milepost_gateway.project_actions
       (id, account_id, mode, project_id, milestone_id, part, kind, person_id, payload, state, idempotency_key, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      id,
      project.account_id,
      project.mode,
      project.id,
      milestoneId,
      part,
      kind,
      personId,
      JSON.stringify(payload),
      state,
      idempotencyKey,
      now,
    ],
  );
  return id;
}

/** Notes the job that sends the action's transaction. */
export async function setActionJob(
  transaction: Database,
  id: string,
  jobId: string,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_actions SET job_id = $2, state = 'pending' WHERE id = $1",
    [id, jobId],
  );
}

/** Notes that the party of an action agrees to its settlement; returns false where the proposal is no longer open. */
export async function agreeToSettlement(
  transaction: Database,
  { payload, person_id }: ActionRow,
  now: Date,
): Promise<boolean> {
  if (payload.settlementId === undefined) return true;
  const agreed = await transaction.query(
    `UPDATE milepost_gateway.project_settlements SET status = 'agreed', agreed_by = $2, updated_at = $3
     WHERE id = $1 AND status = 'proposed' RETURNING id`,
    [payload.settlementId, person_id, now],
  );
  return agreed.length > 0;
}

/** What a submission or a dispute says, from the row that was written with the action. */
export interface ActionEvidence {
  manifest: string;
  hash: string;
  /** Uploaded files; those that the platform keeps have none. */
  fileIds: string[];
}

/** Returns the evidence that belongs to an action, or null. */
export async function findActionEvidence(
  transaction: Database,
  { id, kind }: Pick<ActionRow, "id" | "kind">,
): Promise<ActionEvidence | null> {
  if (kind !== "submit" && kind !== "dispute") return null;
  const [table, hash] =
    kind === "submit"
      ? ["project_submissions", "evidence_hash"]
      : ["project_disputes", "reason_hash"];
  const [row] = await transaction.query<{
    manifest: string;
    hash: string;
    files: { fileId: string | null }[];
  }>(
    `SELECT manifest, ${hash} AS hash, files FROM milepost_gateway.${table} WHERE action_id = $1`,
    [id],
  );
  if (!row) return null;
  const fileIds = row.files.flatMap(({ fileId }) => (fileId === null ? [] : [fileId]));
  return { manifest: row.manifest, hash: row.hash, fileIds };
}

/** Returns the actions that wait for signatures to do the same as `action`. */
export function listPrepared(
  transaction: Database,
  { project_id, milestone_id, kind, id }: ActionRow,
): Promise<ActionRow[]> {
  return transaction.query<ActionRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.project_actions
     WHERE project_id = $1 AND milestone_id IS NOT DISTINCT FROM $2 AND kind = $3 AND id <> $4 AND state = 'prepared'`,
    [project_id, milestone_id, kind, id],
  );
}

const COLUMNS =
  "id, account_id, mode, project_id, milestone_id, part, kind, person_id, payload, state, job_id, signature, error, created_at";

/** Returns an action. */
export async function findAction(database: Database, id: string): Promise<ActionRow | null> {
  const [row] = await database.query<ActionRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.project_actions WHERE id = $1`,
    [id],
  );
  return row ?? null;
}

/** Returns the action of an earlier request with the same Idempotency-Key, or null. */
export async function findActionOfKey(
  database: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  key: string,
): Promise<ActionRow | null> {
  const [row] = await database.query<ActionRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.project_actions
     WHERE account_id = $1 AND mode = $2 AND idempotency_key = $3`,
    [accountId, mode, key],
  );
  return row ?? null;
}

/** Returns the actions of a project that wait for signatures, oldest first. */
export function listWaiting(database: Database, projectId: string): Promise<ActionRow[]> {
  return database.query<ActionRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.project_actions
     WHERE project_id = $1 AND state = 'prepared' ORDER BY id`,
    [projectId],
  );
}

/** Notes that an action's transaction is confirmed. */
export async function landAction(
  transaction: Database,
  id: string,
  { signature, slot }: { signature: string | null; slot: number | null },
  now: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_actions SET state = 'landed', signature = $2, slot = $3, finished_at = $4
     WHERE id = $1`,
    [id, signature, slot, now],
  );
}

/** Notes that the chain took the transaction of an action back. What was written with it stays for a repetition. */
export async function revertAction(
  transaction: Database,
  id: string,
  error: string,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_actions SET state = 'failed', error = $2 WHERE id = $1",
    [id, error],
  );
}

/** Notes that an action failed, and removes what was prepared for it. */
export async function failAction(
  transaction: Database,
  { id, payload }: Pick<ActionRow, "id" | "payload">,
  error: string,
  now: Date,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_actions SET state = 'failed', error = $2, finished_at = $3 WHERE id = $1",
    [id, error, now],
  );
  for (const [table, confirmedAt] of [
    ["project_submissions", "submitted_at"],
    ["project_disputes", "disputed_at"],
  ]) {
    // A party's own wallet may have confirmed it without this action.
    await transaction.query(
      `DELETE FROM milepost_gateway.${table} WHERE action_id = $1 AND ${confirmedAt} IS NULL`,
      [id],
    );
  }
  if (payload.settlementId === undefined) return;
  await transaction.query(
    `UPDATE milepost_gateway.project_settlements SET status = 'proposed', agreed_by = NULL, updated_at = $2
     WHERE id = $1 AND status = 'agreed'`,
    [payload.settlementId, now],
  );
}
