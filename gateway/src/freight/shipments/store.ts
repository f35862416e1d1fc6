/** Rows of shipments. */
import type { Database } from "@milepost/database";
import type { ShipmentStatus } from "../event-types";
import { type Owner, ownerValues } from "../owner";
import type { Page } from "../server/page";

/** A shipment. */
export interface Shipment {
  id: bigint;
  shipperName: string;
  origin: string;
  destination: string;
  /** Base units; null where it is not known. */
  cargoValue: bigint | null;
  pickupDate: Date | null;
  plannedDeliveryDate: Date | null;
  pickupEta: Date | null;
  deliveryEta: Date | null;
  actualDeliveryDate: Date | null;
  status: ShipmentStatus;
  riskScore: number | null;
  createdAt: Date;
  updatedAt: Date;
}

interface ShipmentRow {
  id: string | number;
  shipper_name: string;
  origin: string;
  destination: string;
  cargo_value: string | null;
  pickup_date: Date | null;
  planned_delivery_date: Date | null;
  pickup_eta: Date | null;
  delivery_eta: Date | null;
  actual_delivery_date: Date | null;
  status: ShipmentStatus;
  risk_score: number | null;
  created_at: Date;
  updated_at: Date;
}

const toShipment = (row: ShipmentRow): Shipment => ({
  id: BigInt(row.id),
  shipperName: row.shipper_name,
  origin: row.origin,
  destination: row.destination,
  cargoValue: row.cargo_value === null ? null : BigInt(row.cargo_value),
  pickupDate: row.pickup_date,
  plannedDeliveryDate: row.planned_delivery_date,
  pickupEta: row.pickup_eta,
  deliveryEta: row.delivery_eta,
  actualDeliveryDate: row.actual_delivery_date,
  status: row.status,
  riskScore: row.risk_score,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Writes a shipment, new or changed. */
export async function saveShipment(
  transaction: Database,
  owner: Owner,
  shipment: Shipment,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_shipments
       (account_id, mode, id, shipper_name, origin, destination, cargo_value, pickup_date, planned_delivery_date,
        pickup_eta, delivery_eta, actual_delivery_date, status, risk_score, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     ON CONFLICT (account_id, mode, id) DO UPDATE SET
       shipper_name = EXCLUDED.shipper_name, actual_delivery_date = EXCLUDED.actual_delivery_date,
       status = EXCLUDED.status, risk_score = EXCLUDED.risk_score, updated_at = EXCLUDED.updated_at`,
    [
      ...ownerValues(owner),
      shipment.id.toString(),
      shipment.shipperName,
      shipment.origin,
      shipment.destination,
      shipment.cargoValue?.toString() ?? null,
      shipment.pickupDate,
      shipment.plannedDeliveryDate,
      shipment.pickupEta,
      shipment.deliveryEta,
      shipment.actualDeliveryDate,
      shipment.status,
      shipment.riskScore,
      shipment.createdAt,
      shipment.updatedAt,
    ],
  );
}

/** Returns a shipment of the owner, locked where it is to be changed. Null for any other id. */
export async function readShipment(
  database: Database,
  owner: Owner,
  id: bigint,
  { isLocked = false }: { isLocked?: boolean } = {},
): Promise<Shipment | null> {
  const [row] = await database.query<ShipmentRow>(
    `SELECT * FROM milepost_gateway.freight_shipments
     WHERE account_id = $1 AND mode = $2 AND id = $3 ${isLocked ? "FOR UPDATE" : ""}`,
    [...ownerValues(owner), id.toString()],
  );
  return row ? toShipment(row) : null;
}

/** Returns a page of the owner's shipments by id, and their number. */
export async function listShipments(
  database: Database,
  owner: Owner,
  { skip, limit, status }: Page & { status: ShipmentStatus | null },
): Promise<{ total: number; shipments: Shipment[] }> {
  const rows = await database.query<ShipmentRow & { total: number }>(
    `WITH mine AS (
       SELECT * FROM milepost_gateway.freight_shipments
       WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR status = $3))
     SELECT page.*, counted.total FROM (SELECT count(*)::integer AS total FROM mine) counted
     LEFT JOIN (SELECT * FROM mine ORDER BY id LIMIT $4 OFFSET $5) page ON true
     ORDER BY page.id`,
    [...ownerValues(owner), status, limit, skip],
  );
  const found = rows.filter(({ id }) => id !== null);
  return { total: rows[0]?.total ?? 0, shipments: found.map(toShipment) };
}
