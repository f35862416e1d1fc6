/** Raises a dispute: nothing is released while it is open. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import type { EscrowOrder } from "../escrow-orders/order";
import { recordOrderEvent } from "../escrow-orders/events";
import { updateOrder } from "../escrow-orders/store";
import { newId } from "../ids/ids";
import type { Intent } from "../intents/intent";
import { hasPayerKey } from "../intents/payer-key";
import { isGatewayRelease } from "../intents/release-plan";
import { enqueueAction } from "../milestones/enqueue-action";
import type { Milestone } from "../milestones/milestone";
import { requireNotOnTheWay } from "../milestones/on-the-way";
import { proofHash } from "../milestones/proof";
import { listMilestones } from "../milestones/store";
import { recordDisputeEvent } from "./change";
import type { Dispute } from "./dispute";
import type { RaiseDisputeBody } from "./schema";
import { insertDispute, updateDispute } from "./store";

/** Input of `raiseDispute`. */
export interface NewDispute {
  intent: Intent;
  chain: ChainRuntime;
  order: EscrowOrder;
  body: RaiseDisputeBody;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/**
 * Raises a dispute about one milestone. Where the payee has submitted on chain, the payer's dispute goes on chain as well;
 * otherwise the gateway alone holds the money back.
 * Throws `GatewayError`: `conflict` while the milestone's money or submission is on its way, `invalid_status`, `invalid_request`, `resource_missing`.
 */
export async function raiseDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, order, body, time }: NewDispute,
): Promise<Dispute> {
  requireDisputable(order);
  const milestone = await disputed(transaction, intent, body.milestoneId);
  const ways = ["payment", "refund", "division", "submission"] as const;
  await requireNotOnTheWay(transaction, milestone, ways);
  const now = context.now();
  const isOnChain =
    !isGatewayRelease(intent.releaseCondition) && milestone.completionSignature !== null;
  if (isOnChain && !hasPayerKey(chain, intent)) {
    throw new GatewayError(
      "invalid_status",
      "Cannot raise dispute: the payer's wallet must sign. Request dispute_milestone with POST " +
        `/v1/payment-intents/${intent.id}/unsigned-transactions.`,
    );
  }
  const dispute: Dispute = {
    id: newId("dispute", now),
    intentId: intent.id,
    milestoneId: milestone.id,
    reason: body.reason,
    reasonHash: proofHash(body.reason),
    raisedBy: body.raisedBy,
    status: "raised",
    isOnChain,
    raisedAt: time,
    resolvedAt: null,
    outcome: null,
    signature: null,
    problem: null,
    jobId: null,
    createdAt: now,
    updatedAt: now,
  };
  await insertDispute(transaction, dispute);
  const change = { orderStatus: "DISPUTED", disputedFrom: order.orderStatus } as const;
  await updateOrder(transaction, order, change, now);
  const type = "escrow_order.status_changed" as const;
  await recordOrderEvent(context, transaction, { type, intent, chain: null });
  if (!isOnChain) {
    const event = { type: "dispute.raised", intent, dispute, chain: null } as const;
    await recordDisputeEvent(context, transaction, event);
    return dispute;
  }
  const jobId = await enqueueAction(context, transaction, {
    intent,
    milestone,
    action: "dispute_milestone",
    details: { hash: dispute.reasonHash, disputeId: dispute.id },
    discriminator: dispute.id,
  });
  return updateDispute(transaction, dispute, { jobId }, now);
}

function requireDisputable({ orderStatus }: EscrowOrder): void {
  if (orderStatus === "DISPUTED") {
    throw new GatewayError("invalid_request", "Dispute already raised for this order");
  }
  if (["CREATED", "SHIPPED", "DELIVERED"].includes(orderStatus)) return;
  const why =
    orderStatus === "PENDING"
      ? "the payment is not in escrow"
      : `order is already ${orderStatus.toLowerCase()}`;
  throw new GatewayError("invalid_status", `Cannot raise dispute: ${why}`);
}

/** Returns the milestone that the dispute names, by default the one at its turn. */
async function disputed(
  transaction: Database,
  { id }: Intent,
  milestoneId: string | undefined,
): Promise<Milestone> {
  const open = (await listMilestones(transaction, id)).filter(({ status }) =>
    ["PENDING", "COMPLETED"].includes(status),
  );
  const found = milestoneId === undefined ? open[0] : open.find((each) => each.id === milestoneId);
  if (!found) throw missing("open milestone", milestoneId ?? "at its turn");
  return found;
}
