/** Rows of milestone settlements: one per item and event. */
import type { Database } from "@milepost/database";
import type { EventType } from "../event-types";
import { type Owner, ownerValues } from "../owner";
import type { PaymentStatus } from "../payment-intents/payment-status";

/** What an open settlement waits for. */
export type WaitsFor = "chain" | "time" | "approval";

/** A partial settlement that an event unlocked. */
export interface Settlement {
  id: bigint;
  intentId: bigint;
  itemId: bigint;
  eventType: EventType;
  /** Base units. */
  amount: bigint;
  status: PaymentStatus;
  /** Null at the end. */
  waitsFor: WaitsFor | null;
  shipmentEventId: bigint | null;
  occurredAt: Date;
  /** Time of the chain at which a delayed one is released. */
  releaseAt: Date | null;
  settledAt: Date | null;
  /** How often its release was begun. */
  attempt: number;
  jobId: string | null;
  signature: string | null;
  slot: number | null;
  /** Base units that left the vault: to the carrier, and `fee` to the gateway and the protocol. */
  paid: bigint;
  fee: bigint;
  error: string | null;
  createdAt: Date;
  updatedAt: Date;
}

interface SettlementRow {
  id: string | number;
  intent_id: string | number;
  item_id: string | number;
  event_type: EventType;
  amount: string;
  status: PaymentStatus;
  waits_for: WaitsFor | null;
  shipment_event_id: string | number | null;
  occurred_at: Date;
  release_at: Date | null;
  settled_at: Date | null;
  attempt: number;
  job_id: string | null;
  signature: string | null;
  slot: string | number | null;
  paid: string;
  fee: string;
  error: string | null;
  created_at: Date;
  updated_at: Date;
}

const toSettlement = (row: SettlementRow): Settlement => ({
  id: BigInt(row.id),
  intentId: BigInt(row.intent_id),
  itemId: BigInt(row.item_id),
  eventType: row.event_type,
  amount: BigInt(row.amount),
  status: row.status,
  waitsFor: row.waits_for,
  shipmentEventId: row.shipment_event_id === null ? null : BigInt(row.shipment_event_id),
  occurredAt: row.occurred_at,
  releaseAt: row.release_at,
  settledAt: row.settled_at,
  attempt: row.attempt,
  jobId: row.job_id,
  signature: row.signature,
  slot: row.slot === null ? null : Number(row.slot),
  paid: BigInt(row.paid),
  fee: BigInt(row.fee),
  error: row.error,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Writes a settlement, new or changed. A second one of an intent's event is an error of the database. */
export async function saveSettlement(
  transaction: Database,
  owner: Owner,
  settlement: Settlement,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_settlements
       (account_id, mode, id, intent_id, item_id, event_type, amount, status, waits_for, shipment_event_id, occurred_at,
        release_at, settled_at, attempt, job_id, signature, slot, paid, fee, error, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
     ON CONFLICT (account_id, mode, id) DO UPDATE SET
       status = EXCLUDED.status, waits_for = EXCLUDED.waits_for, release_at = EXCLUDED.release_at,
       settled_at = EXCLUDED.settled_at, attempt = EXCLUDED.attempt, job_id = EXCLUDED.job_id,
       signature = EXCLUDED.signature, slot = EXCLUDED.slot, paid = EXCLUDED.paid, fee = EXCLUDED.fee,
       error = EXCLUDED.error, updated_at = EXCLUDED.updated_at`,
    [
      ...ownerValues(owner),
      settlement.id.toString(),
      settlement.intentId.toString(),
      settlement.itemId.toString(),
      settlement.eventType,
      settlement.amount.toString(),
      settlement.status,
      settlement.waitsFor,
      settlement.shipmentEventId?.toString() ?? null,
      settlement.occurredAt,
      settlement.releaseAt,
      settlement.settledAt,
      settlement.attempt,
      settlement.jobId,
      settlement.signature,
      settlement.slot,
      settlement.paid.toString(),
      settlement.fee.toString(),
      settlement.error,
      settlement.createdAt,
      settlement.updatedAt,
    ],
  );
}

/** Returns a settlement, locked where it is to be changed. Null for any other id. */
export async function readSettlement(
  database: Database,
  owner: Owner,
  id: bigint,
  { isLocked = false }: { isLocked?: boolean } = {},
): Promise<Settlement | null> {
  const [row] = await database.query<SettlementRow>(
    `SELECT * FROM milepost_gateway.freight_settlements
     WHERE account_id = $1 AND mode = $2 AND id = $3 ${isLocked ? "FOR UPDATE" : ""}`,
    [...ownerValues(owner), id.toString()],
  );
  return row ? toSettlement(row) : null;
}

/** Returns an intent's settlements, oldest first. */
export async function listSettlements(
  database: Database,
  owner: Owner,
  intentId: bigint,
): Promise<Settlement[]> {
  const rows = await database.query<SettlementRow>(
    `SELECT * FROM milepost_gateway.freight_settlements
     WHERE account_id = $1 AND mode = $2 AND intent_id = $3 ORDER BY id`,
    [...ownerValues(owner), intentId.toString()],
  );
  return rows.map(toSettlement);
}

/** Returns the settlements of all of a shipment's intents, oldest first. */
export async function listSettlementsOf(
  database: Database,
  owner: Owner,
  shipmentId: bigint,
): Promise<Settlement[]> {
  const rows = await database.query<SettlementRow>(
    `SELECT s.* FROM milepost_gateway.freight_settlements s
     JOIN milepost_gateway.freight_intents i USING (account_id, mode)
     WHERE account_id = $1 AND mode = $2 AND i.id = s.intent_id AND i.shipment_id = $3 ORDER BY s.id`,
    [...ownerValues(owner), shipmentId.toString()],
  );
  return rows.map(toSettlement);
}
