/** Returns a milestone's money to the payer: overdue, by the payer alone, or by agreement, as both parties sign. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { readOrder } from "../escrow-orders/store";
import type { Intent } from "../intents/intent";
import { hasPayerKey } from "../intents/payer-key";
import { showTime } from "../time/show-time";
import type { Requested } from "./complete";
import { enqueueAction } from "./enqueue-action";
import { findMilestone } from "./find";
import type { Milestone } from "./milestone";
import { requireNotOnTheWay } from "./on-the-way";
import { notItsTurn } from "./turn";

/** Input of `refundMilestone`. */
export interface Refund {
  chain: ChainRuntime;
  intent: Intent;
  milestoneId: string;
  /** True where payer and payee sign; false where the payer alone takes back what is overdue. */
  isAgreed: boolean;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/**
 * Asks for a refund. The same one again changes nothing.
 * Throws `GatewayError`: `conflict`, `invalid_status`, `resource_missing`.
 */
export async function refundMilestone(
  context: GatewayContext,
  transaction: Database,
  { chain, intent, milestoneId, isAgreed, time }: Refund,
): Promise<Requested> {
  const milestone = await findMilestone(transaction, intent, milestoneId);
  if (milestone.status === "REFUNDED") return { milestone, jobId: null };
  await requireRefundable(transaction, intent, { milestone, isAgreed, time });
  if (!hasPayerKey(chain, intent)) {
    const path = `/v1/payment-intents/${intent.id}/unsigned-transactions`;
    throw refuse(isAgreed, `wallets must sign. Request reclaim_milestone with POST ${path}.`);
  }
  await requireNotOnTheWay(transaction, milestone, ["payment", "division"]);
  const jobId = await enqueueAction(context, transaction, {
    intent,
    milestone,
    action: "reclaim_milestone",
    details: { isAgreed },
    discriminator: isAgreed ? "agreed" : "overdue",
  });
  return { milestone, jobId };
}

const refuse = (isAgreed: boolean, why: string): GatewayError =>
  new GatewayError("invalid_status", `Cannot ${isAgreed ? "refund" : "reclaim"} milestone: ${why}`);

/**
 * Refuses a refund that the chain would refuse.
 * Throws `GatewayError` (`invalid_status`).
 */
export async function requireRefundable(
  transaction: Database,
  intent: Intent,
  { milestone, isAgreed, time }: { milestone: Milestone; isAgreed: boolean; time: bigint },
): Promise<void> {
  if (milestone.status !== "PENDING" && milestone.status !== "COMPLETED") {
    throw refuse(isAgreed, `it ended as ${milestone.status}.`);
  }
  const order = await readOrder(transaction, intent.id);
  if (!order || order.orderStatus === "PENDING") {
    throw refuse(isAgreed, "the payment is not in escrow.");
  }
  const early = await notItsTurn(transaction, milestone);
  if (early) throw refuse(isAgreed, early);
  if (isAgreed) return;
  if (milestone.completionSignature !== null) {
    throw refuse(false, "the payee has submitted it. Approve it, or raise a dispute.");
  }
  const { reclaimableAt } = order;
  if (reclaimableAt !== null && time >= reclaimableAt) return;
  throw refuse(
    false,
    reclaimableAt === null
      ? "its delivery period has not begun."
      : `its delivery is not overdue before ${showTime(reclaimableAt)}.`,
  );
}
