/** Rows of milestones. */
import type { Database } from "@milepost/database";
import { updateRow } from "../rows/update-row";
import type { Milestone } from "./milestone";

interface MilestoneRow {
  id: string;
  intent_id: string;
  milestone_index: number;
  amount: string | null;
  percentage: string | null;
  description: string | null;
  status: Milestone["status"];
  completed_by: string | null;
  completion_proof: string | null;
  completion_proof_uri: string | null;
  proof_hash: string | null;
  completed_at: string | null;
  completion_signature: string | null;
  silent_approval_at: string | null;
  job_id: string | null;
  released_at: string | null;
  release_signature: string | null;
  release_slot: string | null;
  paid: string;
  fee: string;
  refunded: string;
  attempt: number;
  created_at: Date;
  updated_at: Date;
}

const toUnits = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

const toMilestone = (row: MilestoneRow): Milestone => ({
  id: row.id,
  intentId: row.intent_id,
  milestoneIndex: row.milestone_index,
  amount: toUnits(row.amount),
  percentage: row.percentage,
  description: row.description,
  status: row.status,
  completedBy: row.completed_by,
  completionProof: row.completion_proof,
  completionProofUri: row.completion_proof_uri,
  proofHash: row.proof_hash,
  completedAt: toUnits(row.completed_at),
  completionSignature: row.completion_signature,
  silentApprovalAt: toUnits(row.silent_approval_at),
  jobId: row.job_id,
  releasedAt: toUnits(row.released_at),
  releaseSignature: row.release_signature,
  releaseSlot: row.release_slot === null ? null : Number(row.release_slot),
  paid: BigInt(row.paid),
  fee: BigInt(row.fee),
  refunded: BigInt(row.refunded),
  attempt: row.attempt,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Input of `insertMilestone`. */
export type NewMilestone = Pick<
  Milestone,
  "id" | "intentId" | "milestoneIndex" | "amount" | "percentage" | "description"
>;

/** Writes a new milestone, PENDING. */
export async function insertMilestone(
  transaction: Database,
  { id, intentId, milestoneIndex, amount, percentage, description }: NewMilestone,
  now: Date,
): Promise<Milestone> {
  const [row] = await transaction.query<MilestoneRow>(
    `INSERT INTO milepost_gateway.milestones (
       id, intent_id, milestone_index, amount, percentage, description, status, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'PENDING', $7, $7) RETURNING *`,
    [id, intentId, milestoneIndex, amount?.toString() ?? null, percentage, description, now],
  );
  return toMilestone(row!);
}

/** Returns the intent's milestones by index. */
export async function listMilestones(database: Database, intentId: string): Promise<Milestone[]> {
  const rows = await database.query<MilestoneRow>(
    "SELECT * FROM milepost_gateway.milestones WHERE intent_id = $1 ORDER BY milestone_index",
    [intentId],
  );
  return rows.map(toMilestone);
}

/** Returns one milestone of an intent, or null. */
export async function readMilestone(
  database: Database,
  intentId: string,
  id: string,
): Promise<Milestone | null> {
  const [row] = await database.query<MilestoneRow>(
    "SELECT * FROM milepost_gateway.milestones WHERE intent_id = $1 AND id = $2",
    [intentId, id],
  );
  return row ? toMilestone(row) : null;
}

/** Deletes a draft. */
export async function deleteMilestone(transaction: Database, id: string): Promise<void> {
  await transaction.query("DELETE FROM milepost_gateway.milestones WHERE id = $1", [id]);
}

/** Column of each field that may change. */
const CHANGEABLE = {
  amount: "amount",
  status: "status",
  completedBy: "completed_by",
  completionProof: "completion_proof",
  completionProofUri: "completion_proof_uri",
  proofHash: "proof_hash",
  completedAt: "completed_at",
  completionSignature: "completion_signature",
  silentApprovalAt: "silent_approval_at",
  jobId: "job_id",
  releasedAt: "released_at",
  releaseSignature: "release_signature",
  releaseSlot: "release_slot",
  paid: "paid",
  fee: "fee",
  refunded: "refunded",
  attempt: "attempt",
} as const;

/** Fields of a milestone that may change. */
export type MilestoneChange = Partial<Pick<Milestone, keyof typeof CHANGEABLE>>;

/** Writes changed fields; returns the milestone with them. */
export async function updateMilestone(
  transaction: Database,
  milestone: Milestone,
  change: MilestoneChange,
  now: Date,
): Promise<Milestone> {
  await updateRow(transaction, {
    table: "milestones",
    where: { id: milestone.id },
    columns: CHANGEABLE,
    change,
    now,
  });
  return { ...milestone, ...change, updatedAt: now };
}
