/** The log of a payment: who decided what, in order. */
import type { Database } from "@milepost/database";
import { nextId, type Owner, ownerValues } from "../owner";

/** An entry of the log. */
export interface LogEntry {
  id: bigint;
  intentId: bigint;
  action: string;
  reason: string | null;
  triggeredBy: string;
  createdAt: Date;
}

/** Writes an entry. */
export async function addLog(
  transaction: Database,
  owner: Owner,
  entry: Omit<LogEntry, "id">,
): Promise<void> {
  const id = await nextId(transaction, owner, "log");
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_logs
       (account_id, mode, id, intent_id, action, reason, triggered_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ...ownerValues(owner),
      id.toString(),
      entry.intentId.toString(),
      entry.action,
      entry.reason,
      entry.triggeredBy,
      entry.createdAt,
    ],
  );
}

/** Returns an intent's entries, oldest first. */
export async function listLogs(
  database: Database,
  owner: Owner,
  intentId: bigint,
): Promise<LogEntry[]> {
  const rows = await database.query<{
    id: string | number;
    action: string;
    reason: string | null;
    triggered_by: string;
    created_at: Date;
  }>(
    `SELECT id, action, reason, triggered_by, created_at FROM milepost_gateway.freight_logs
     WHERE account_id = $1 AND mode = $2 AND intent_id = $3 ORDER BY id`,
    [...ownerValues(owner), intentId.toString()],
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    intentId,
    action: row.action,
    reason: row.reason,
    triggeredBy: row.triggered_by,
    createdAt: row.created_at,
  }));
}
