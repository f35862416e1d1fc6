/** Takes back what a dropped transaction had done to one milestone: its end, or its submission. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { reopenDispute } from "../disputes/reopen";
import type { EscrowOrder } from "../escrow-orders/order";
import { type OrderChange, readOrder, updateOrder } from "../escrow-orders/store";
import { takeEntriesBack } from "../ledger/store";
import { recordMilestoneEvent } from "../milestones/events";
import type { Milestone } from "../milestones/milestone";
import { listMilestones, type MilestoneChange, updateMilestone } from "../milestones/store";
import { removeMovements, reopenPolicy } from "../policies/store";
import type { PartDetails } from "./intent";
import { readIntent } from "./store";

/** A milestone with its policy. */
export interface TakenBackMilestone {
  milestone: Milestone;
  part: PartDetails;
  /** Index within the policy. */
  index: number;
}

/** The end is gone: the milestone waits again, the ledger has negative entries, order and dispute go on. */
export async function takeEndBack(
  context: GatewayContext,
  transaction: Database,
  { milestone, part, index }: TakenBackMilestone,
): Promise<Milestone> {
  const { intentId, id: milestoneId, attempt } = milestone;
  const intent = (await readIntent(transaction, intentId))!;
  const isDeclared = milestone.completedBy !== null || milestone.completionSignature !== null;
  const change: MilestoneChange = {
    status: isDeclared ? "COMPLETED" : "PENDING",
    completedAt: isDeclared ? milestone.completedAt : null,
    releasedAt: null,
    releaseSignature: null,
    releaseSlot: null,
    paid: 0n,
    fee: 0n,
    refunded: 0n,
    attempt: attempt + 1,
  };
  const now = context.now();
  const reverted = await updateMilestone(transaction, milestone, change, now);
  const types = ["RELEASE", "REFUND", "SETTLEMENT"] as const;
  await takeEntriesBack(transaction, { intentId, milestoneId, types, attempt }, now);
  const { mode } = intent;
  if (part.policy !== null) {
    const moved = { mode, policy: part.policy, index };
    await removeMovements(transaction, moved, ["paid", "refunded"]);
    await reopenPolicy(transaction, { mode, address: part.policy });
  }
  const order = await reopenOrder(context, transaction, intentId);
  await reopenDispute(context, transaction, { intent, milestone: reverted, from: "resolved" });
  if (order) {
    const event = { name: "reverted", intent, order, milestone: reverted, chain: null } as const;
    await recordMilestoneEvent(context, transaction, event);
  }
  return reverted;
}

/** The order continues where it was before it ended. */
async function reopenOrder(
  context: GatewayContext,
  transaction: Database,
  intentId: string,
): Promise<EscrowOrder | null> {
  const order = await readOrder(transaction, intentId);
  if (!order) return null;
  const paid = (await listMilestones(transaction, intentId)).filter((each) => each.paid > 0n);
  const releases = paid.map(({ releasedAt }) => releasedAt!).sort((a, b) => Number(b - a));
  const isEnded = order.orderStatus === "COMPLETED" || order.orderStatus === "CANCELLED";
  const change: OrderChange = {
    releasedAt: releases[0] ?? null,
    settlementStatus: settlementOf(order, paid.length),
    ...(isEnded ? { orderStatus: order.endedFrom ?? "CREATED", endedFrom: null } : {}),
  };
  return updateOrder(transaction, order, change, context.now());
}

function settlementOf(
  { settlementStatus }: EscrowOrder,
  paid: number,
): EscrowOrder["settlementStatus"] {
  if (paid > 0) return "EXECUTED";
  return settlementStatus === "CANCELLED" ? "NONE" : "SCHEDULED";
}

/** The submission is gone; that the work was declared done stays. */
export async function takeSubmissionBack(
  context: GatewayContext,
  transaction: Database,
  milestone: Milestone,
): Promise<void> {
  const change: MilestoneChange = {
    completionSignature: null,
    silentApprovalAt: null,
    attempt: milestone.attempt + 1,
    ...(milestone.completedBy === null ? { status: "PENDING", completedAt: null } : {}),
  };
  await updateMilestone(transaction, milestone, change, context.now());
}
