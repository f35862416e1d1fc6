/** Escrow orders as the API shows them: flat, as spec 002 prints them, and the same under `data`. */
import type { Dispute } from "../disputes/dispute";
import type { Intent } from "../intents/intent";
import type { Milestone } from "../milestones/milestone";
import { showMilestone } from "../milestones/show";
import { formatAmount } from "../money/amount";
import { toSeconds } from "../time/seconds";
import type { EscrowOrder } from "./order";
import type { OrderBody, OrderData } from "./schema";

/** What an order is shown from. */
export interface OrderParts {
  intent: Intent;
  order: EscrowOrder;
  milestones: readonly Milestone[];
  /** The newest dispute. */
  dispute: Dispute | null;
}

/** Returns the order. */
export function showOrder({ intent, order, milestones, dispute }: OrderParts): OrderBody {
  const [first] = intent.parts;
  const data: OrderData = {
    id: order.id,
    object: "escrow_order",
    paymentIntentId: intent.id,
    releaseType: intent.releaseType!,
    timeLockUntil: intent.timeLockUntil?.toString() ?? null,
    orderStatus: order.orderStatus,
    settlementStatus: order.settlementStatus,
    releasedAt: order.releasedAt?.toString() ?? null,
    amount: formatAmount(intent.amount, intent.decimals),
    currency: intent.currency,
    autoReleaseOnProof: intent.autoRelease,
    deliveryPeriod: intent.deliveryPeriodSecs,
    deliveryDeadline: order.reclaimableAt?.toString() ?? null,
    expectedDeliveryHash: intent.expectedDeliveryHash,
    actualDeliveryHash: order.deliveryHash,
    deliveryOracle: intent.deliveryOracle,
    contractAddress: first?.escrow ?? null,
    buyerAddress: intent.payer,
    recipientAddress: intent.recipient,
    createTxHash: first?.signature ?? null,
    disputeRaisedAt: dispute?.raisedAt.toString() ?? null,
    disputeReason: dispute?.reason ?? null,
    disputeRaisedBy: dispute?.raisedBy ?? null,
    milestones: milestones.map((each) => showMilestone(intent, order, each).data),
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
  };
  const [created, updated] = [toSeconds(order.createdAt), toSeconds(order.updatedAt)];
  return { ...data, status: order.orderStatus, data, created, updated };
}
