/** Rows of escrow orders. */
import type { Database } from "@milepost/database";
import { newId } from "../ids/ids";
import { updateRow } from "../rows/update-row";
import type { EscrowOrder } from "./order";

interface OrderRow {
  id: string;
  intent_id: string;
  order_status: EscrowOrder["orderStatus"];
  settlement_status: EscrowOrder["settlementStatus"];
  disputed_from: EscrowOrder["disputedFrom"];
  ended_from: EscrowOrder["endedFrom"];
  released_at: string | null;
  reclaimable_at: string | null;
  delivery_hash: string | null;
  created_at: Date;
  updated_at: Date;
}

/** Writes the order of a new intent: PENDING until its money is locked. */
export async function insertOrder(
  transaction: Database,
  { id }: { id: string },
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.escrow_orders (id, intent_id, order_status, settlement_status, created_at, updated_at)
     VALUES ($1, $2, 'PENDING', 'NONE', $3, $3)`,
    [newId("escrowOrder", now), id, now],
  );
}

/** Returns the order of an intent, or null for a consented pull. */
export async function readOrder(database: Database, intentId: string): Promise<EscrowOrder | null> {
  const [row] = await database.query<OrderRow>(
    "SELECT * FROM milepost_gateway.escrow_orders WHERE intent_id = $1",
    [intentId],
  );
  return row
    ? {
        id: row.id,
        intentId: row.intent_id,
        orderStatus: row.order_status,
        settlementStatus: row.settlement_status,
        disputedFrom: row.disputed_from,
        endedFrom: row.ended_from,
        releasedAt: row.released_at === null ? null : BigInt(row.released_at),
        reclaimableAt: row.reclaimable_at === null ? null : BigInt(row.reclaimable_at),
        deliveryHash: row.delivery_hash,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }
    : null;
}

/** Column of each field that may change. */
const CHANGEABLE = {
  orderStatus: "order_status",
  settlementStatus: "settlement_status",
  disputedFrom: "disputed_from",
  endedFrom: "ended_from",
  releasedAt: "released_at",
  reclaimableAt: "reclaimable_at",
  deliveryHash: "delivery_hash",
} as const;

/** Fields of an order that may change. */
export type OrderChange = Partial<Pick<EscrowOrder, keyof typeof CHANGEABLE>>;

/** Writes changed fields; returns the order with them. */
export async function updateOrder(
  transaction: Database,
  order: EscrowOrder,
  change: OrderChange,
  now: Date,
): Promise<EscrowOrder> {
  await updateRow(transaction, {
    table: "escrow_orders",
    where: { id: order.id },
    columns: CHANGEABLE,
    change,
    now,
  });
  return { ...order, ...change, updatedAt: now };
}
