/** An escrow order as the services see it. */
import type { OrderSettlementStatus, OrderStatus } from "./order-status";

/** The order of an intent: where the delivery stands, and whether the money may move. */
export interface EscrowOrder {
  id: string;
  intentId: string;
  orderStatus: OrderStatus;
  settlementStatus: OrderSettlementStatus;
  /** Status before a dispute. */
  disputedFrom: OrderStatus | null;
  /** Status before the order ended. */
  endedFrom: OrderStatus | null;
  /** Unix seconds of the chain. */
  releasedAt: bigint | null;
  /** From when on the payer alone may take the current milestone back; Unix seconds of the chain. */
  reclaimableAt: bigint | null;
  /** Hash of the delivery proof, hex. */
  deliveryHash: string | null;
  createdAt: Date;
  updatedAt: Date;
}
