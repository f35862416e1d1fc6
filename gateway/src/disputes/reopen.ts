/** Opens a dispute again whose end the chain has dropped, and ends one that never got there. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { recordOrderEvent } from "../escrow-orders/events";
import { readOrder, updateOrder } from "../escrow-orders/store";
import { recordEvent } from "../events/record";
import type { Intent } from "../intents/intent";
import type { Milestone } from "../milestones/milestone";
import { requireTransition } from "../status/status-machine";
import { type Dispute, DISPUTE_TRANSITIONS } from "./dispute";
import { showDispute } from "./show";
import { readNewestDispute, updateDispute } from "./store";

/** A milestone whose dispute ended as `from`. */
export interface EndedDispute {
  intent: Intent;
  milestone: Milestone;
  from: "resolved" | "withdrawn" | "in_mediation";
}

/** Makes the milestone's newest dispute `raised` again, and its order DISPUTED; does nothing where it did not end so. */
export async function reopenDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, milestone, from }: EndedDispute,
): Promise<void> {
  const dispute = await readNewestDispute(transaction, intent.id);
  if (!dispute || dispute.milestoneId !== milestone.id || dispute.status !== from) return;
  const signature = dispute.isOnChain ? dispute.signature : null;
  const change = { status: "raised", outcome: null, resolvedAt: null, signature } as const;
  const reopened = await updateDispute(transaction, dispute, change, context.now());
  const order = await readOrder(transaction, intent.id);
  if (order && order.orderStatus !== "DISPUTED") {
    const { orderStatus: disputedFrom } = order;
    const held = { orderStatus: "DISPUTED", disputedFrom } as const;
    await updateOrder(transaction, order, held, context.now());
  }
  await tell(context, transaction, intent, reopened, "dispute.reopened");
}

/** Notes that the dispute's own transaction is gone; it stays open, and is sent again. */
export async function takeDisputeBack(
  context: GatewayContext,
  transaction: Database,
  intentId: string,
  signature: string,
): Promise<boolean> {
  const dispute = await readNewestDispute(transaction, intentId);
  if (dispute?.signature !== signature || !dispute.isOnChain) return false;
  if (dispute.status === "raised" || dispute.status === "in_mediation") {
    const change = { status: "raised", signature: null } as const;
    await updateDispute(transaction, dispute, change, context.now());
  }
  return true;
}

/** Ends a dispute that could not be put on chain: its order continues where it was. */
export async function failDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, disputeId, problem }: { intent: Intent; disputeId: string | null; problem: string },
): Promise<void> {
  const dispute = await readNewestDispute(transaction, intent.id);
  if (!dispute || dispute.status !== "raised" || dispute.signature !== null) return;
  if (disputeId !== null && dispute.id !== disputeId) return;
  requireTransition(DISPUTE_TRANSITIONS, "dispute", dispute.status, "failed");
  const now = context.now();
  const failed = await updateDispute(transaction, dispute, { status: "failed", problem }, now);
  const order = await readOrder(transaction, intent.id);
  if (order?.orderStatus === "DISPUTED") {
    const change = { orderStatus: order.disputedFrom ?? "CREATED", disputedFrom: null } as const;
    await updateOrder(transaction, order, change, now);
    await tellOrder(context, transaction, intent);
  }
  await tell(context, transaction, intent, failed, "dispute.failed");
}

const tellOrder = (context: GatewayContext, transaction: Database, intent: Intent) =>
  recordOrderEvent(context, transaction, {
    type: "escrow_order.status_changed",
    intent,
    chain: null,
  });

async function tell(
  context: GatewayContext,
  transaction: Database,
  { accountId, mode }: Intent,
  dispute: Dispute,
  type: "dispute.reopened" | "dispute.failed",
): Promise<void> {
  const event = { accountId, mode, type, objectId: dispute.id, data: showDispute(dispute) };
  await recordEvent(transaction, event, context.now());
}
