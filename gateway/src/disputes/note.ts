/** Writes down a dispute that is on chain: the payer's wallet raised it. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { readOrder, updateOrder } from "../escrow-orders/store";
import { newId } from "../ids/ids";
import type { Dispute } from "./dispute";
import { insertDispute, readNewestDispute } from "./store";

/** A dispute as the chain has it. */
export interface SeenDispute {
  milestone: { id: string; intentId: string };
  reason: string;
  raisedBy: string;
  /** SHA-256 of the reason, hex. */
  hash: string;
  /** Unix seconds of the chain. */
  at: bigint;
}

/** Returns true while nothing has ended the dispute. */
export const isOpen = ({ status }: Dispute): boolean =>
  status === "raised" || status === "in_mediation";

/** Writes the dispute, unless one of the milestone is open; returns the open one. Its event follows with the chain's proof. */
export async function noteDispute(
  context: GatewayContext,
  transaction: Database,
  { milestone, reason, raisedBy, hash, at }: SeenDispute,
): Promise<Dispute> {
  const { intentId } = milestone;
  const newest = await readNewestDispute(transaction, intentId);
  if (newest?.milestoneId === milestone.id && isOpen(newest)) return newest;
  const now = context.now();
  const dispute: Dispute = {
    id: newId("dispute", now),
    intentId,
    milestoneId: milestone.id,
    reason,
    reasonHash: hash,
    raisedBy,
    status: "raised",
    isOnChain: true,
    raisedAt: at,
    resolvedAt: null,
    outcome: null,
    signature: null,
    problem: null,
    jobId: null,
    createdAt: now,
    updatedAt: now,
  };
  await insertDispute(transaction, dispute);
  const order = await readOrder(transaction, intentId);
  if (order && order.orderStatus !== "DISPUTED") {
    const change = { orderStatus: "DISPUTED", disputedFrom: order.orderStatus } as const;
    await updateOrder(transaction, order, change, now);
  }
  return dispute;
}
