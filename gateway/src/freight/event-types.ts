/** Events in a shipment's life. Answers have them in upper case, requests in either. */
import { GatewayError } from "../errors/gateway-error";

/** Events, in the order in which a shipment usually passes them. */
export const EVENT_TYPES = [
  "CREATED",
  "PICKUP_CONFIRMED",
  "IN_TRANSIT",
  "AT_TERMINAL",
  "DELIVERY_ATTEMPTED",
  "POD_CONFIRMED",
  "CLAIM_WINDOW_CLOSED",
] as const;
/** One of `EVENT_TYPES`. */
export type EventType = (typeof EVENT_TYPES)[number];

/** Returns the event type. Throws `GatewayError` (`invalid_request`), which names `param`. */
export function parseEventType(text: string, param: string): EventType {
  const found = EVENT_TYPES.find((type) => type === text.toUpperCase());
  if (found) return found;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected ${EVENT_TYPES.join(", ")}, in upper or lower case, received ${JSON.stringify(text)}`,
    { param },
  );
}

/** States of a shipment. */
export const SHIPMENT_STATUSES = [
  "planned",
  "pending",
  "picked_up",
  "in_transit",
  "delivered",
  "cancelled",
] as const;
/** One of `SHIPMENT_STATUSES`. */
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

const STATUS_AFTER: Partial<Record<EventType, ShipmentStatus>> = {
  PICKUP_CONFIRMED: "picked_up",
  IN_TRANSIT: "in_transit",
  AT_TERMINAL: "in_transit",
  DELIVERY_ATTEMPTED: "in_transit",
  POD_CONFIRMED: "delivered",
};

/**
 * Returns the shipment's state after an event. Events may come in any order, so a state never goes back; a cancelled shipment
 * stays cancelled.
 */
export function statusAfter(status: ShipmentStatus, event: EventType): ShipmentStatus {
  const next = STATUS_AFTER[event];
  if (next === undefined || status === "cancelled") return status;
  const rank = (each: ShipmentStatus) => SHIPMENT_STATUSES.indexOf(each);
  return rank(next) > rank(status) ? next : status;
}
