/** Writes what the chain says about projects. */
import type { Database } from "@milepost/database";
import type { PolicyState } from "../../chain";
import type { PolicyStep } from "../../chain/policy-history";
import type { Payout, ProjectRow, ProjectStatus } from "../rows";
import { writeStored } from "../stored-json";

/** Writes a policy that a confirmed transaction created; a second call changes nothing. */
export async function insertProjectPolicy(
  transaction: Database,
  { id, account_id, mode }: Pick<ProjectRow, "id" | "account_id" | "mode">,
  part: number,
  state: PolicyState,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.project_policies
       (mode, address, account_id, project_id, part, escrow, vault, state, slot)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [
      mode,
      state.address,
      account_id,
      id,
      part,
      state.escrow!.address,
      state.escrow!.vault,
      writeStored(state),
      state.slot,
    ],
  );
}

/** Writes a newer state of a policy. */
export async function updatePolicyState(
  transaction: Database,
  mode: string,
  state: PolicyState,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_policies SET state = $3, slot = $4 WHERE mode = $1 AND address = $2 AND slot <= $4",
    [mode, state.address, writeStored(state), state.slot],
  );
}

/** Writes events of a policy; returns those that were not known. */
export async function insertSteps(
  transaction: Database,
  { id, mode }: Pick<ProjectRow, "id" | "mode">,
  policy: string,
  steps: readonly PolicyStep[],
): Promise<PolicyStep[]> {
  const fresh: PolicyStep[] = [];
  for (const step of steps) {
    const inserted = await transaction.query(
      `INSERT INTO milepost_gateway.project_steps
         (mode, policy, signature, ordinal, project_id, slot, time, name, data)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING ordinal`,
      [
        mode,
        policy,
        step.signature,
        step.ordinal,
        id,
        step.slot,
        step.time.toString(),
        step.name,
        JSON.stringify(step.data),
      ],
    );
    if (inserted.length > 0) fresh.push(step);
  }
  const last = steps.at(-1);
  if (last) {
    await transaction.query(
      "UPDATE milepost_gateway.project_policies SET last_signature = $3 WHERE mode = $1 AND address = $2",
      [mode, policy, last.signature],
    );
  }
  return fresh;
}

/** A step with the policy that it belongs to. */
export interface StepRow extends PolicyStep {
  policy: string;
}

/** Returns every event of a project's policies, oldest first. */
export async function listSteps(database: Database, projectId: string): Promise<StepRow[]> {
  const rows = await database.query<
    Omit<StepRow, "time" | "slot"> & { time: string | number; slot: string | number }
  >(
    `SELECT policy, signature, ordinal, slot, time, name, data
     FROM milepost_gateway.project_steps WHERE project_id = $1 ORDER BY number`,
    [projectId],
  );
  return rows.map((row) => ({ ...row, slot: Number(row.slot), time: BigInt(row.time) }));
}

/** Notes how a milestone ended. */
export async function setPayout(
  transaction: Database,
  milestoneId: string,
  payout: Payout,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_milestones SET payout = $2 WHERE id = $1 AND payout IS NULL",
    [milestoneId, writeStored(payout)],
  );
}

/** Notes that a policy's escrow was closed. */
export async function setPolicyClosed(
  transaction: Database,
  mode: string,
  address: string,
  closedAt: bigint,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.project_policies SET closed_at = $3 WHERE mode = $1 AND address = $2 AND closed_at IS NULL",
    [mode, address, closedAt.toString()],
  );
}

/** Ends a project. */
export async function setEnded(
  transaction: Database,
  id: string,
  status: Extract<ProjectStatus, "completed" | "canceled">,
  endedAt: bigint,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.projects SET status = $2, ended_at = $3 WHERE id = $1 AND status = 'active'",
    [id, status, endedAt.toString()],
  );
}

/** Notes that a submission is on chain, and that it answers the open dispute. */
export async function confirmSubmission(
  transaction: Database,
  milestoneId: string,
  evidenceHash: string,
  submittedAt: bigint,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_submissions SET submitted_at = $3
     WHERE id = (
       SELECT id FROM milepost_gateway.project_submissions
       WHERE milestone_id = $1 AND evidence_hash = $2 AND submitted_at IS NULL ORDER BY id DESC LIMIT 1
     )`,
    [milestoneId, evidenceHash, submittedAt.toString()],
  );
  await endDispute(transaction, milestoneId, "answered", submittedAt);
}

/** Notes that a dispute is on chain. */
export async function confirmDispute(
  transaction: Database,
  milestoneId: string,
  reasonHash: string,
  disputedAt: bigint,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_disputes SET disputed_at = $3
     WHERE id = (
       SELECT id FROM milepost_gateway.project_disputes
       WHERE milestone_id = $1 AND reason_hash = $2 AND disputed_at IS NULL ORDER BY id DESC LIMIT 1
     )`,
    [milestoneId, reasonHash, disputedAt.toString()],
  );
}

/** Notes how the milestone's open dispute ended, if there is one. */
export async function endDispute(
  transaction: Database,
  milestoneId: string,
  ending: string,
  endedAt: bigint,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_disputes SET ending = $2, ended_at = $3
     WHERE milestone_id = $1 AND disputed_at IS NOT NULL AND ended_at IS NULL`,
    [milestoneId, ending, endedAt.toString()],
  );
}

/** Ends the milestone's open proposal of a settlement, if there is one. */
export async function endSettlement(
  transaction: Database,
  milestoneId: string,
  status: "settled" | "replaced",
  now: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_settlements SET status = $2, updated_at = $3
     WHERE milestone_id = $1 AND status IN ('proposed', 'agreed')`,
    [milestoneId, status, now],
  );
}
