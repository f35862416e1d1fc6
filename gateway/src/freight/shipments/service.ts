/** Creates and changes shipments. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import { nextId, notFound, type Owner } from "../owner";
import { parseTime, showTime, toDecimal, toNumber, toUnits } from "../wire";
import type { CreateShipment, ShipmentView, UpdateShipment } from "./schema";
import { readShipment, saveShipment, type Shipment } from "./store";

const timeIn = (text: string | null | undefined, param: string): Date | null =>
  text === undefined || text === null ? null : parseTime(text, param);

/** Creates a shipment, pending. Throws `GatewayError` (`invalid_request`). */
export async function createShipment(
  { now }: GatewayContext,
  transaction: Database,
  owner: Owner,
  body: CreateShipment,
): Promise<Shipment> {
  const { cargo_value: value } = body;
  const at = now();
  const shipment: Shipment = {
    id: await nextId(transaction, owner, "shipment"),
    shipperName: body.shipper_name,
    origin: body.origin,
    destination: body.destination,
    cargoValue: value === undefined || value === null ? null : toUnits(value, "cargo_value"),
    pickupDate: timeIn(body.pickup_date, "pickup_date"),
    plannedDeliveryDate: timeIn(body.planned_delivery_date, "planned_delivery_date"),
    pickupEta: timeIn(body.pickup_eta, "pickup_eta"),
    deliveryEta: timeIn(body.delivery_eta, "delivery_eta"),
    actualDeliveryDate: null,
    status: "pending",
    riskScore: body.risk_score ?? null,
    createdAt: at,
    updatedAt: at,
  };
  await saveShipment(transaction, owner, shipment);
  return shipment;
}

/** Changes the fields that the body names. Throws `GatewayError`: `resource_missing`, `invalid_request`. */
export async function updateShipment(
  { now }: GatewayContext,
  transaction: Database,
  owner: Owner,
  { id, body }: { id: bigint; body: UpdateShipment },
): Promise<Shipment> {
  const before = await readShipment(transaction, owner, id, { isLocked: true });
  if (!before) throw notFound("Shipment");
  const { actual_delivery_date: delivered, risk_score: riskScore } = body;
  const after: Shipment = {
    ...before,
    shipperName: body.shipper_name ?? before.shipperName,
    status: body.status ?? before.status,
    actualDeliveryDate:
      delivered === undefined
        ? before.actualDeliveryDate
        : timeIn(delivered, "actual_delivery_date"),
    riskScore: riskScore === undefined ? before.riskScore : riskScore,
    updatedAt: now(),
  };
  await saveShipment(transaction, owner, after);
  return after;
}

/** Returns the owner's shipment. Throws `GatewayError` (`resource_missing`). */
export async function findShipment(
  database: Database,
  owner: Owner,
  id: bigint,
): Promise<Shipment> {
  const found = await readShipment(database, owner, id);
  if (!found) throw notFound("Shipment");
  return found;
}

/** Returns a shipment as answers have it. */
export function showShipment(shipment: Shipment): ShipmentView {
  const { cargoValue } = shipment;
  return {
    id: Number(shipment.id),
    shipper_name: shipment.shipperName,
    origin: shipment.origin,
    destination: shipment.destination,
    cargo_value: cargoValue === null ? null : toNumber(cargoValue),
    cargo_value_decimal: cargoValue === null ? null : toDecimal(cargoValue),
    pickup_date: showTime(shipment.pickupDate),
    planned_delivery_date: showTime(shipment.plannedDeliveryDate),
    pickup_eta: showTime(shipment.pickupEta),
    delivery_eta: showTime(shipment.deliveryEta),
    actual_delivery_date: showTime(shipment.actualDeliveryDate),
    status: shipment.status,
    risk_score: shipment.riskScore,
    created_at: showTime(shipment.createdAt),
    updated_at: showTime(shipment.updatedAt),
  };
}
