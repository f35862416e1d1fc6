/** Rows of disputes and their messages. */
import type { Database } from "@milepost/database";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import type { EvidenceEntry, StepEvidence } from "../project-steps/evidence";
import type { ProjectRow } from "../projects/rows";
import type { DisputeType } from "./schema";

/** A dispute's row. */
export interface DisputeRow {
  id: string;
  project_id: string;
  milestone_id: string;
  raised_by: string;
  type: DisputeType;
  text: string;
  files: EvidenceEntry[];
  manifest: string;
  reason_hash: string;
  created_at: Date;
  disputed_at: string | number | null;
  ending: string | null;
  ended_at: string | number | null;
}

/** Writes a dispute that is on its way to the chain. */
export async function insertDispute(
  transaction: Database,
  { id, account_id, mode }: ProjectRow,
  dispute: {
    milestoneId: string;
    actionId: string;
    raisedBy: string;
    type: DisputeType;
    text: string;
    evidence: StepEvidence;
  },
  now: Date,
): Promise<void> {
  const { milestoneId, actionId, raisedBy, type, text, evidence } = dispute;
  await transaction.query(
    `INSERT INTO milepost_gateway.project_disputes
       (id, account_id, mode, project_id, milestone_id, action_id, raised_by, type, text, files, manifest, reason_hash, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      newId("dispute", now),
      account_id,
      mode,
      id,
      milestoneId,
      actionId,
      raisedBy,
      type,
      text,
      JSON.stringify(evidence.entries),
      evidence.manifest,
      evidence.hash,
      now,
    ],
  );
}

const COLUMNS =
  "id, project_id, milestone_id, raised_by, type, text, files, manifest, reason_hash, created_at, disputed_at, ending, ended_at";

/** Returns the disputes of a milestone, oldest first; not those that wait for a signature. */
export const listDisputes = (database: Database, milestoneId: string): Promise<DisputeRow[]> =>
  database.query<DisputeRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.project_disputes AS dispute WHERE milestone_id = $1 AND (
       disputed_at IS NOT NULL OR NOT EXISTS (
         SELECT FROM milepost_gateway.project_actions WHERE id = dispute.action_id AND state = 'prepared'
       )
     ) ORDER BY id`,
    [milestoneId],
  );

/** A message's row. */
export interface MessageRow {
  id: string;
  dispute_id: string;
  author_id: string;
  text: string;
  created_at: Date;
}

/** Writes a message; returns it. */
export async function insertMessage(
  transaction: Database,
  { account_id, mode }: ProjectRow,
  { dispute_id, author_id, text }: Omit<MessageRow, "id" | "created_at">,
  now: Date,
): Promise<MessageRow> {
  const id = newId("message", now);
  await transaction.query(
    `INSERT INTO milepost_gateway.project_messages (id, account_id, mode, dispute_id, author_id, text, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, account_id, mode, dispute_id, author_id, text, now],
  );
  return { id, dispute_id, author_id, text, created_at: now };
}

/** Returns one more than the page's limit of the messages of a milestone's disputes, newest first. */
export const listMessages = (
  database: Database,
  milestoneId: string,
  { limit, after }: Page,
): Promise<MessageRow[]> =>
  database.query<MessageRow>(
    `SELECT messages.id, dispute_id, author_id, messages.text, messages.created_at
     FROM milepost_gateway.project_messages AS messages
     JOIN milepost_gateway.project_disputes AS disputes ON disputes.id = dispute_id
     WHERE milestone_id = $1 AND ($2::text IS NULL OR messages.id < $2)
     ORDER BY messages.id DESC LIMIT $3`,
    [milestoneId, after, limit + 1],
  );
