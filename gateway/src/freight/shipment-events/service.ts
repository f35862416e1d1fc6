/** Records events of shipments. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import { parseEventType, statusAfter } from "../event-types";
import { nextId, notFound, type Owner } from "../owner";
import { readShipment, saveShipment } from "../shipments/store";
import { parsePastTime, showTime } from "../wire";
import type { CreateEvent, ShipmentEventView } from "./schema";
import { insertEvent, type ShipmentEvent } from "./store";

/** Input of `recordEvent`. */
export interface NewShipmentEvent {
  shipmentId: bigint;
  body: CreateEvent;
  /** The chain's time in Unix seconds; null where the body has no `occurred_at` to compare with it. */
  time: bigint | null;
}

/**
 * Records an event and moves the shipment's state with it. The event's row is also its webhook's: ChainPay takes it after the
 * commit. Throws `GatewayError`: `resource_missing`, `invalid_request`.
 */
export async function recordEvent(
  { now }: GatewayContext,
  transaction: Database,
  owner: Owner,
  { shipmentId, body, time }: NewShipmentEvent,
): Promise<ShipmentEvent> {
  const shipment = await readShipment(transaction, owner, shipmentId, { isLocked: true });
  if (!shipment) throw notFound("Shipment");
  const at = now();
  const { occurred_at: occurred } = body;
  const event: ShipmentEvent = {
    id: await nextId(transaction, owner, "event"),
    shipmentId,
    eventType: parseEventType(body.event_type, "event_type"),
    // Without a time of its own, it happens now.
    occurredAt:
      occurred === undefined || occurred === null || time === null
        ? at
        : parsePastTime(occurred, "occurred_at", time),
    metadata: body.metadata ?? null,
    recordedAt: at,
    webhookSentAt: null,
  };
  await insertEvent(transaction, owner, event);
  const status = statusAfter(shipment.status, event.eventType);
  if (status !== shipment.status) {
    const { actualDeliveryDate: before } = shipment;
    const delivered = status === "delivered" ? event.occurredAt : null;
    await saveShipment(transaction, owner, {
      ...shipment,
      status,
      actualDeliveryDate: before ?? delivered,
      updatedAt: at,
    });
  }
  return event;
}

/** Returns an event as answers have it. */
export function showEvent(event: ShipmentEvent): ShipmentEventView {
  return {
    id: Number(event.id),
    shipment_id: Number(event.shipmentId),
    event_type: event.eventType,
    occurred_at: showTime(event.occurredAt),
    metadata: event.metadata,
    recorded_at: showTime(event.recordedAt),
    webhook_sent: event.webhookSentAt === null ? 0 : 1,
    webhook_sent_at: showTime(event.webhookSentAt),
  };
}
