/** Rows of payment schedules and their items. */
import type { Database } from "@milepost/database";
import type { EventType } from "../event-types";
import { type Owner, ownerValues } from "../owner";
import type { RiskTier } from "../risk";

/** A schedule; an intent has one at most. */
export interface Schedule {
  id: bigint;
  intentId: bigint;
  riskTier: RiskTier;
  createdAt: Date;
}

/** Where an item's money is: nowhere for an item of nothing, with the payer, on its way, in its policy, or back with the payer. */
export type Funding = "none" | "unsigned" | "funding" | "funded" | "failed" | "returned";

/** An item of a schedule. */
export interface Item {
  id: bigint;
  /** Id of the item's policy and jobs, unique among all accounts. */
  objectId: string;
  scheduleId: bigint;
  intentId: bigint;
  eventType: EventType;
  bps: bigint;
  order: number;
  /** Base units. */
  amount: bigint;
  funding: Funding;
  /** How often its funding was begun. */
  attempt: number;
  jobId: string | null;
  /** Address of the policy that the newest transaction creates, base58. */
  plannedPolicy: string | null;
  /** Address of the policy, once a confirmed transaction has created it. */
  policy: string | null;
  escrow: string | null;
  vault: string | null;
  signature: string | null;
  slot: number | null;
  error: string | null;
  createdAt: Date;
}

interface ItemRow {
  id: string | number;
  object_id: string;
  schedule_id: string | number;
  intent_id: string | number;
  event_type: EventType;
  bps: number;
  item_order: number;
  amount: string;
  funding: Funding;
  attempt: number;
  job_id: string | null;
  planned_policy: string | null;
  policy: string | null;
  escrow: string | null;
  vault: string | null;
  signature: string | null;
  slot: string | number | null;
  error: string | null;
  created_at: Date;
}

const toItem = (row: ItemRow): Item => ({
  id: BigInt(row.id),
  objectId: row.object_id,
  scheduleId: BigInt(row.schedule_id),
  intentId: BigInt(row.intent_id),
  eventType: row.event_type,
  bps: BigInt(row.bps),
  order: row.item_order,
  amount: BigInt(row.amount),
  funding: row.funding,
  attempt: row.attempt,
  jobId: row.job_id,
  plannedPolicy: row.planned_policy,
  policy: row.policy,
  escrow: row.escrow,
  vault: row.vault,
  signature: row.signature,
  slot: row.slot === null ? null : Number(row.slot),
  error: row.error,
  createdAt: row.created_at,
});

/** Writes a new schedule. */
export async function insertSchedule(
  transaction: Database,
  owner: Owner,
  { id, intentId, riskTier, createdAt }: Schedule,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_schedules (account_id, mode, id, intent_id, risk_tier, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [...ownerValues(owner), id.toString(), intentId.toString(), riskTier, createdAt],
  );
}

/** Returns an intent's schedule. Null where it has none. */
export async function readSchedule(
  database: Database,
  owner: Owner,
  intentId: bigint,
): Promise<Schedule | null> {
  const [row] = await database.query<{
    id: string | number;
    risk_tier: RiskTier;
    created_at: Date;
  }>(
    `SELECT id, risk_tier, created_at FROM milepost_gateway.freight_schedules
     WHERE account_id = $1 AND mode = $2 AND intent_id = $3`,
    [...ownerValues(owner), intentId.toString()],
  );
  if (!row) return null;
  return { id: BigInt(row.id), intentId, riskTier: row.risk_tier, createdAt: row.created_at };
}

/** Writes an item, new or changed. */
export async function saveItem(transaction: Database, owner: Owner, item: Item): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_items
       (account_id, mode, id, object_id, schedule_id, intent_id, event_type, bps, item_order, amount, funding, attempt,
        job_id, planned_policy, policy, escrow, vault, signature, slot, error, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     ON CONFLICT (account_id, mode, id) DO UPDATE SET
       funding = EXCLUDED.funding, attempt = EXCLUDED.attempt, job_id = EXCLUDED.job_id,
       planned_policy = EXCLUDED.planned_policy, policy = EXCLUDED.policy, escrow = EXCLUDED.escrow,
       vault = EXCLUDED.vault, signature = EXCLUDED.signature, slot = EXCLUDED.slot, error = EXCLUDED.error`,
    [
      ...ownerValues(owner),
      item.id.toString(),
      item.objectId,
      item.scheduleId.toString(),
      item.intentId.toString(),
      item.eventType,
      Number(item.bps),
      item.order,
      item.amount.toString(),
      item.funding,
      item.attempt,
      item.jobId,
      item.plannedPolicy,
      item.policy,
      item.escrow,
      item.vault,
      item.signature,
      item.slot,
      item.error,
      item.createdAt,
    ],
  );
}

/** Notes the policy that the next transaction of an item creates, before it is signed. */
export async function planPolicy(
  database: Database,
  owner: Owner,
  { id, policy }: { id: bigint; policy: string },
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.freight_items SET planned_policy = $4
     WHERE account_id = $1 AND mode = $2 AND id = $3 AND policy IS NULL`,
    [...ownerValues(owner), id.toString(), policy],
  );
}

/** Returns an item, locked where it is to be changed. Null for any other id. */
export async function readItem(
  database: Database,
  owner: Owner,
  id: bigint,
  { isLocked = false }: { isLocked?: boolean } = {},
): Promise<Item | null> {
  const [row] = await database.query<ItemRow>(
    `SELECT * FROM milepost_gateway.freight_items
     WHERE account_id = $1 AND mode = $2 AND id = $3 ${isLocked ? "FOR UPDATE" : ""}`,
    [...ownerValues(owner), id.toString()],
  );
  return row ? toItem(row) : null;
}

/** Returns the item of a policy's object, or null. */
export async function readItemOf(
  database: Database,
  owner: Owner,
  objectId: string,
): Promise<Item | null> {
  const [row] = await database.query<ItemRow>(
    `SELECT * FROM milepost_gateway.freight_items
     WHERE account_id = $1 AND mode = $2 AND object_id = $3`,
    [...ownerValues(owner), objectId],
  );
  return row ? toItem(row) : null;
}

/** Returns an intent's items in order. */
export async function listItems(
  database: Database,
  owner: Owner,
  intentId: bigint,
): Promise<Item[]> {
  const rows = await database.query<ItemRow>(
    `SELECT * FROM milepost_gateway.freight_items
     WHERE account_id = $1 AND mode = $2 AND intent_id = $3 ORDER BY item_order`,
    [...ownerValues(owner), intentId.toString()],
  );
  return rows.map(toItem);
}
