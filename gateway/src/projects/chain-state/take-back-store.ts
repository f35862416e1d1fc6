/** Removes what a dropped transaction had led to. */
import type { Database } from "@milepost/database";
import type { Mode } from "../../caller/mode";
import type { StepRow } from "./store";

/** Removes the events of a transaction; returns them, the newest first. The policy is read from the one before on. */
export async function removeSteps(
  transaction: Database,
  { projectId, signature }: { projectId: string; signature: string },
): Promise<StepRow[]> {
  const rows = await transaction.query<
    Omit<StepRow, "time" | "slot"> & { time: string | number; slot: string | number }
  >(
    `WITH removed AS (
       DELETE FROM milepost_gateway.project_steps WHERE project_id = $1 AND signature = $2
       RETURNING policy, signature, ordinal, slot, time, name, data, number
     ) SELECT policy, signature, ordinal, slot, time, name, data FROM removed ORDER BY number DESC`,
    [projectId, signature],
  );
  await transaction.query(
    `UPDATE milepost_gateway.project_policies AS p SET last_signature = (
       SELECT s.signature FROM milepost_gateway.project_steps s
       WHERE s.mode = p.mode AND s.policy = p.address ORDER BY s.number DESC LIMIT 1
     ) WHERE project_id = $1`,
    [projectId],
  );
  return rows.map((row) => ({ ...row, slot: Number(row.slot), time: BigInt(row.time) }));
}

/** Removes a policy without events. */
export async function removeProjectPolicy(
  transaction: Database,
  mode: Mode,
  address: string,
): Promise<boolean> {
  const rows = await transaction.query(
    `DELETE FROM milepost_gateway.project_policies AS p WHERE mode = $1 AND address = $2 AND NOT EXISTS (
       SELECT FROM milepost_gateway.project_steps s WHERE s.mode = p.mode AND s.policy = p.address
     ) RETURNING address`,
    [mode, address],
  );
  return rows.length > 0;
}

/** Takes the confirmation of a submission back; the dispute that it answered is open again. */
export async function reopenSubmission(
  transaction: Database,
  milestoneId: string,
  evidenceHash: string,
  submittedAt: bigint,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_submissions SET submitted_at = NULL
     WHERE milestone_id = $1 AND evidence_hash = $2 AND submitted_at = $3`,
    [milestoneId, evidenceHash, submittedAt.toString()],
  );
  await reopenDispute(transaction, milestoneId, "answered", submittedAt);
}

/** Takes the confirmation of a dispute back. */
export async function unconfirmDispute(
  transaction: Database,
  milestoneId: string,
  reasonHash: string,
  disputedAt: bigint,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_disputes SET disputed_at = NULL
     WHERE milestone_id = $1 AND reason_hash = $2 AND disputed_at = $3`,
    [milestoneId, reasonHash, disputedAt.toString()],
  );
}

/** Opens the dispute again that ended so at that time. */
export async function reopenDispute(
  transaction: Database,
  milestoneId: string,
  ending: string,
  endedAt: bigint,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_disputes SET ending = NULL, ended_at = NULL
     WHERE milestone_id = $1 AND ending = $2 AND ended_at = $3`,
    [milestoneId, ending, endedAt.toString()],
  );
}

/** Takes the end of a milestone back; a settlement that paid it is a proposal again. */
export async function removePayout(transaction: Database, milestoneId: string): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_milestones SET payout = NULL WHERE id = $1",
    [milestoneId],
  );
  await transaction.query(
    `UPDATE milepost_gateway.project_settlements SET status = 'proposed', agreed_by = NULL
     WHERE milestone_id = $1 AND status = 'settled'`,
    [milestoneId],
  );
}

/** Takes the closing of an escrow back. */
export async function reopenProjectPolicy(
  transaction: Database,
  mode: Mode,
  address: string,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_policies SET closed_at = NULL WHERE mode = $1 AND address = $2",
    [mode, address],
  );
}

/** Makes a project that had ended active again. */
export async function reopenProject(transaction: Database, id: string): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.projects SET status = 'active', ended_at = NULL
     WHERE id = $1 AND status IN ('completed', 'canceled')`,
    [id],
  );
}

/** Writes why a project needs attention; null once it no longer does. */
export async function setProblem(
  transaction: Database,
  id: string,
  problem: string | null,
): Promise<void> {
  await transaction.query("UPDATE milepost_gateway.projects SET problem = $2 WHERE id = $1", [
    id,
    problem,
  ]);
}

/** Returns those of the signatures that no job of the project sent. */
export async function signaturesOfOthers(
  transaction: Database,
  { id, account_id, mode }: { id: string; account_id: string; mode: Mode },
  signatures: readonly string[],
): Promise<string[]> {
  const own = await transaction.query<{ signature: string }>(
    `SELECT signature FROM milepost_gateway.chain_jobs
     WHERE account_id = $1 AND mode = $2 AND subject_id = $3 AND signature = ANY($4::text[])`,
    [account_id, mode, id, [...signatures]],
  );
  const known = new Set(own.map(({ signature }) => signature));
  return [...new Set(signatures)].filter((signature) => !known.has(signature));
}
