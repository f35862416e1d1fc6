/** Rows of settlements: a division that one party proposes and the other agrees to. */
import type { Database } from "@milepost/database";
import { newId } from "../ids/ids";
import type { ProjectRow } from "../projects/rows";
import type { Settlement } from "./schema";

/** A settlement's row. */
export interface SettlementRow {
  id: string;
  project_id: string;
  milestone_id: string;
  /** Base units. */
  recipient_amount: bigint;
  proposed_by: string;
  agreed_by: string | null;
  status: Settlement["status"];
  created_at: Date;
}

/** Writes a proposal in the place of the open one, if there is one; returns its id. */
export async function insertProposal(
  transaction: Database,
  { id: projectId, account_id, mode }: ProjectRow,
  proposal: Pick<SettlementRow, "milestone_id" | "recipient_amount" | "proposed_by">,
  now: Date,
): Promise<string> {
  await endOpen(transaction, proposal.milestone_id, "replaced", now);
  const id = newId("settlement", now);
  await transaction.query(
    `INSERT INTO milepost_gateway.project_settlements
       (id, account_id, mode, project_id, milestone_id, recipient_amount, proposed_by, status, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $8)`,
    [
      id,
      account_id,
      mode,
      projectId,
      proposal.milestone_id,
      proposal.recipient_amount.toString(),
      proposal.proposed_by,
      now,
    ],
  );
  return id;
}

/** Ends the open proposal of a milestone. */
export async function endOpen(
  transaction: Database,
  milestoneId: string,
  status: "withdrawn" | "replaced",
  now: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.project_settlements SET status = $2, updated_at = $3
     WHERE milestone_id = $1 AND status = 'proposed'`,
    [milestoneId, status, now],
  );
}

/** Returns the settlements of a milestone, oldest first. */
export async function listSettlements(
  database: Database,
  milestoneId: string,
): Promise<SettlementRow[]> {
  const rows = await database.query<
    Omit<SettlementRow, "recipient_amount"> & { recipient_amount: string }
  >(
    `SELECT id, project_id, milestone_id, recipient_amount, proposed_by, agreed_by, status, created_at
     FROM milepost_gateway.project_settlements WHERE milestone_id = $1 ORDER BY id`,
    [milestoneId],
  );
  return rows.map((row) => ({ ...row, recipient_amount: BigInt(row.recipient_amount) }));
}
