/** States of an escrow order and of its settlement, as Finternet names them. */
import type { Transitions } from "../status/status-machine";

export const ORDER_STATUSES = [
  "PENDING",
  "CREATED",
  "SHIPPED",
  "DELIVERED",
  "COMPLETED",
  "CANCELLED",
  "DISPUTED",
] as const;

/** State of an escrow order: PENDING is not locked, CREATED is. */
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** What may follow. After a dispute the order continues where it was. */
export const ORDER_TRANSITIONS: Transitions<OrderStatus> = {
  PENDING: ["CREATED", "CANCELLED"],
  CREATED: ["SHIPPED", "DELIVERED", "COMPLETED", "CANCELLED", "DISPUTED"],
  SHIPPED: ["DELIVERED", "COMPLETED", "CANCELLED", "DISPUTED"],
  DELIVERED: ["COMPLETED", "CANCELLED", "DISPUTED"],
  DISPUTED: ["CREATED", "SHIPPED", "DELIVERED", "COMPLETED", "CANCELLED"],
  COMPLETED: [],
  CANCELLED: [],
};

export const ORDER_SETTLEMENT_STATUSES = [
  "NONE",
  "SCHEDULED",
  "EXECUTED",
  "CONFIRMED",
  "CANCELLED",
] as const;

/** State of an order's settlement. The mock of an off-ramp leaves it at EXECUTED, as spec 002 prints it. */
export type OrderSettlementStatus = (typeof ORDER_SETTLEMENT_STATUSES)[number];

export const ORDER_SETTLEMENT_TRANSITIONS: Transitions<OrderSettlementStatus> = {
  NONE: ["SCHEDULED", "EXECUTED", "CANCELLED"],
  SCHEDULED: ["EXECUTED", "CANCELLED"],
  EXECUTED: ["CONFIRMED"],
  CONFIRMED: [],
  CANCELLED: [],
};
