/** Disputes as the API shows them. */
import { toSeconds } from "../time/seconds";
import type { Dispute } from "./dispute";
import type { DisputeEnvelope } from "./schema";

/** Returns the dispute in its envelope. */
export function showDispute(dispute: Dispute): DisputeEnvelope {
  return {
    id: dispute.id,
    object: "dispute",
    status: dispute.status,
    data: {
      id: dispute.id,
      object: "dispute",
      paymentIntentId: dispute.intentId,
      milestoneId: dispute.milestoneId,
      status: dispute.status,
      reason: dispute.reason,
      reasonHash: dispute.reasonHash,
      raisedBy: dispute.raisedBy,
      isOnChain: dispute.isOnChain,
      raisedAt: dispute.raisedAt.toString(),
      resolvedAt: dispute.resolvedAt?.toString() ?? null,
      outcome: dispute.outcome,
      transactionHash: dispute.signature,
      problem: dispute.problem,
      createdAt: new Date(dispute.createdAt).toISOString(),
      updatedAt: new Date(dispute.updatedAt).toISOString(),
    },
    created: toSeconds(dispute.createdAt),
    updated: toSeconds(dispute.updatedAt),
  };
}
