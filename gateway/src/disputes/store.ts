/** Rows of disputes. */
import type { Database } from "@milepost/database";
import { updateRow } from "../rows/update-row";
import type { Dispute } from "./dispute";

interface DisputeRow {
  id: string;
  intent_id: string;
  milestone_id: string;
  reason: string;
  reason_hash: string;
  raised_by: string;
  status: Dispute["status"];
  is_on_chain: boolean;
  raised_at: string;
  resolved_at: string | null;
  outcome: Dispute["outcome"];
  signature: string | null;
  problem: string | null;
  job_id: string | null;
  created_at: Date;
  updated_at: Date;
}

const toDispute = (row: DisputeRow): Dispute => ({
  id: row.id,
  intentId: row.intent_id,
  milestoneId: row.milestone_id,
  reason: row.reason,
  reasonHash: row.reason_hash,
  raisedBy: row.raised_by,
  status: row.status,
  isOnChain: row.is_on_chain,
  raisedAt: BigInt(row.raised_at),
  resolvedAt: row.resolved_at === null ? null : BigInt(row.resolved_at),
  outcome: row.outcome,
  signature: row.signature,
  problem: row.problem,
  jobId: row.job_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Writes a new dispute. */
export async function insertDispute(transaction: Database, dispute: Dispute): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.disputes (
       id, intent_id, milestone_id, reason, reason_hash, raised_by, status, is_on_chain, raised_at, job_id, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
    [
      dispute.id,
      dispute.intentId,
      dispute.milestoneId,
      dispute.reason,
      dispute.reasonHash,
      dispute.raisedBy,
      dispute.status,
      dispute.isOnChain,
      dispute.raisedAt.toString(),
      dispute.jobId,
      dispute.createdAt,
    ],
  );
}

/** Returns the intent's disputes, the newest first. */
export async function listDisputes(database: Database, intentId: string): Promise<Dispute[]> {
  const rows = await database.query<DisputeRow>(
    "SELECT * FROM milepost_gateway.disputes WHERE intent_id = $1 ORDER BY id DESC",
    [intentId],
  );
  return rows.map(toDispute);
}

/** Returns the intent's newest dispute, or null. */
export async function readNewestDispute(
  database: Database,
  intentId: string,
): Promise<Dispute | null> {
  const [row] = await database.query<DisputeRow>(
    "SELECT * FROM milepost_gateway.disputes WHERE intent_id = $1 ORDER BY id DESC LIMIT 1",
    [intentId],
  );
  return row ? toDispute(row) : null;
}

/** Column of each field that may change. */
const CHANGEABLE = {
  status: "status",
  resolvedAt: "resolved_at",
  outcome: "outcome",
  signature: "signature",
  problem: "problem",
  jobId: "job_id",
} as const;

/** Fields of a dispute that may change. */
export type DisputeChange = Partial<Pick<Dispute, keyof typeof CHANGEABLE>>;

/** Writes changed fields; returns the dispute with them. */
export async function updateDispute(
  transaction: Database,
  dispute: Dispute,
  change: DisputeChange,
  now: Date,
): Promise<Dispute> {
  await updateRow(transaction, {
    table: "disputes",
    where: { id: dispute.id },
    columns: CHANGEABLE,
    change,
    now,
  });
  return { ...dispute, ...change, updatedAt: now };
}
