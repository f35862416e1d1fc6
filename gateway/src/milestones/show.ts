/** Milestones as the API shows them. */
import type { EscrowOrder } from "../escrow-orders/order";
import type { Intent } from "../intents/intent";
import { formatAmount } from "../money/amount";
import { toSeconds } from "../time/seconds";
import type { Milestone } from "./milestone";
import type { MilestoneEnvelope } from "./schema";

/** Returns the milestone in its envelope. */
export function showMilestone(
  { id: intentId, decimals }: Pick<Intent, "id" | "decimals">,
  { id: orderId }: Pick<EscrowOrder, "id">,
  milestone: Milestone,
): MilestoneEnvelope {
  const money = (units: bigint): string => formatAmount(units, decimals);
  return {
    id: milestone.id,
    object: "milestone",
    status: milestone.status,
    data: {
      id: milestone.id,
      object: "milestone",
      paymentIntentId: intentId,
      escrowOrderId: orderId,
      milestoneIndex: milestone.milestoneIndex,
      description: milestone.description,
      amount: milestone.amount === null ? null : money(milestone.amount),
      percentage: milestone.percentage === null ? null : Number(milestone.percentage),
      status: milestone.status,
      completedBy: milestone.completedBy,
      completionProof: milestone.completionProof,
      completionProofURI: milestone.completionProofUri,
      proofHash: milestone.proofHash,
      completedAt: milestone.completedAt?.toString() ?? null,
      releasedAt: milestone.releasedAt?.toString() ?? null,
      releaseTxHash: milestone.releaseSignature,
      paid: money(milestone.paid),
      fee: money(milestone.fee),
      net: money(milestone.paid - milestone.fee),
      refunded: money(milestone.refunded),
      createdAt: new Date(milestone.createdAt).toISOString(),
      updatedAt: new Date(milestone.updatedAt).toISOString(),
    },
    created: toSeconds(milestone.createdAt),
    updated: toSeconds(milestone.updatedAt),
  };
}
