/** Rows of submissions. */
import type { Database } from "@milepost/database";
import { newId } from "../ids/ids";
import type { ProjectRow } from "../projects/rows";
import { toSeconds } from "../time/seconds";
import type { EvidenceEntry, StepEvidence } from "./evidence";
import type { Submission } from "./schema";

/** Writes a submission that is on its way to the chain. */
export async function insertSubmission(
  transaction: Database,
  { id, account_id, mode }: ProjectRow,
  submission: { milestoneId: string; actionId: string; note: string; evidence: StepEvidence },
  now: Date,
): Promise<void> {
  const { milestoneId, actionId, note, evidence } = submission;
  await transaction.query(
    `INSERT INTO milepost_gateway.project_submissions
       (id, account_id, mode, project_id, milestone_id, action_id, note, files, manifest, evidence_hash, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      newId("submission", now),
      account_id,
      mode,
      id,
      milestoneId,
      actionId,
      note,
      JSON.stringify(evidence.entries),
      evidence.manifest,
      evidence.hash,
      now,
    ],
  );
}

interface SubmissionRow {
  id: string;
  milestone_id: string;
  note: string;
  files: EvidenceEntry[];
  manifest: string;
  evidence_hash: string;
  created_at: Date;
  submitted_at: string | number | null;
}

/** Returns the submissions of a milestone, oldest first; not those that wait for a signature. */
export async function listSubmissions(
  database: Database,
  milestoneId: string,
): Promise<Submission[]> {
  const rows = await database.query<SubmissionRow>(
    `SELECT id, milestone_id, note, files, manifest, evidence_hash, created_at, submitted_at
     FROM milepost_gateway.project_submissions AS submission WHERE milestone_id = $1 AND (
       submitted_at IS NOT NULL OR NOT EXISTS (
         SELECT FROM milepost_gateway.project_actions
         WHERE id = submission.action_id AND state = 'prepared'
       )
     ) ORDER BY id`,
    [milestoneId],
  );
  return rows.map((row) => ({
    id: row.id,
    object: "project_submission",
    milestoneId: row.milestone_id,
    note: row.note,
    files: row.files,
    manifest: row.manifest,
    evidenceHash: row.evidence_hash,
    submitted: row.submitted_at === null ? null : Number(row.submitted_at),
    created: toSeconds(row.created_at),
  }));
}
