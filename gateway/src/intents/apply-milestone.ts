/** Writes down what the chain says about one milestone: its submission, and its end. */
import type { Database } from "@milepost/database";
import type { PolicyMilestone, PolicyState } from "../chain";
import type { GatewayContext } from "../context";
import { tellProofOnChain } from "../delivery-proofs/record";
import { recordOrderEvent } from "../escrow-orders/events";
import type { EscrowOrder } from "../escrow-orders/order";
import { updateOrder } from "../escrow-orders/store";
import type { ChainProof } from "../events/record";
import { recordMilestoneEvent } from "../milestones/events";
import type { Milestone } from "../milestones/milestone";
import { endOf, type MilestoneStatus } from "../milestones/milestone-status";
import { type MilestoneChange, updateMilestone } from "../milestones/store";
import { feeOf } from "../money/split";
import type { Intent } from "./intent";
import { isGatewayRelease } from "./release-plan";
import { recordMoved } from "./money-moved";
import { startSettlement } from "./settlement";

/** One milestone as it was written down, and as the chain has it. */
export interface SeenMilestone {
  intent: Intent;
  /** Null for a consented pull. */
  order: EscrowOrder | null;
  milestone: Milestone;
  held: PolicyMilestone;
  state: PolicyState;
  proof: ChainProof | null;
}

const FINAL: readonly MilestoneStatus[] = ["RELEASED", "REFUNDED", "RESOLVED"];

/** Writes down what is new in a milestone. */
export async function applyMilestone(
  context: GatewayContext,
  transaction: Database,
  seen: SeenMilestone,
): Promise<void> {
  if (FINAL.includes(seen.milestone.status)) return;
  const end = endOf(seen.held.state, seen.held);
  if (end) await endMilestone(context, transaction, seen, end);
  else if (seen.held.submittedAt !== null) await submitted(context, transaction, seen);
}

/** The payee's submission is a completion; a repeated one, after a dispute, moves the date from which silence pays. */
async function submitted(
  context: GatewayContext,
  transaction: Database,
  { intent, order, milestone, held, proof }: SeenMilestone,
): Promise<void> {
  const isNew = milestone.completionSignature === null;
  const isSame = !isNew && milestone.silentApprovalAt === held.silentApprovalAt;
  if (isSame) return;
  const changed = await updateMilestone(
    transaction,
    milestone,
    {
      status: "COMPLETED",
      completedAt: milestone.completedAt ?? held.submittedAt,
      proofHash: held.evidenceHash ?? milestone.proofHash,
      completionSignature: milestone.completionSignature ?? proof?.signature ?? "unknown",
      silentApprovalAt: held.silentApprovalAt,
    },
    context.now(),
  );
  if (isNew && order) {
    const event = { name: "completed", intent, order, milestone: changed, chain: proof } as const;
    await recordMilestoneEvent(context, transaction, event);
    if (proof) await tellProofOnChain(context, transaction, { intent, order, chain: proof });
  }
}

async function endMilestone(
  context: GatewayContext,
  transaction: Database,
  seen: SeenMilestone,
  end: "RELEASED" | "REFUNDED" | "RESOLVED",
): Promise<void> {
  const { intent, order, milestone, held, state, proof } = seen;
  const { gatewayFeeBps, protocolFeeBps, updatedAt: at } = state;
  const fee = feeOf(held.paid, gatewayFeeBps) + feeOf(held.paid, protocolFeeBps);
  const change: MilestoneChange = {
    status: end,
    completedAt: milestone.completedAt ?? (end === "RELEASED" ? at : null),
    releasedAt: at,
    releaseSignature: proof?.signature ?? null,
    releaseSlot: proof?.slot ?? null,
    paid: held.paid,
    fee,
    refunded: held.refunded,
    silentApprovalAt: null,
  };
  const ended = await updateMilestone(transaction, milestone, change, context.now());
  const moved = { intent, milestone: ended, policy: state.address, index: held.index, at, proof };
  await recordMoved(context, transaction, {
    ...moved,
    type: "RELEASE",
    amount: held.paid,
    fee,
    destination: state.recipient,
  });
  await recordMoved(context, transaction, {
    ...moved,
    type: "REFUND",
    amount: held.refunded,
    fee: 0n,
    destination: state.owner,
  });
  if (order) await tellEnd(context, transaction, { ...seen, order, milestone: ended }, end);
  if (held.paid > 0n)
    await startSettlement(context, transaction, { intent, milestone: ended, proof });
}

/** A milestone whose completion was not told is completed by its release. */
async function tellEnd(
  context: GatewayContext,
  transaction: Database,
  { intent, order, milestone, proof }: SeenMilestone & { order: EscrowOrder },
  end: "RELEASED" | "REFUNDED" | "RESOLVED",
): Promise<void> {
  const event = { intent, order, milestone, chain: proof };
  const isGateway = isGatewayRelease(intent.releaseCondition);
  const isTold = milestone.completionSignature !== null || (isGateway && milestone.completedBy);
  if (end === "RELEASED" && !isTold) {
    await recordMilestoneEvent(context, transaction, { ...event, name: "completed" });
  }
  const name = { RELEASED: "released", REFUNDED: "refunded", RESOLVED: "resolved" } as const;
  await recordMilestoneEvent(context, transaction, { ...event, name: name[end] });
  if (end !== "RELEASED") return;
  await updateOrder(
    transaction,
    order,
    { releasedAt: milestone.releasedAt, settlementStatus: "EXECUTED" },
    context.now(),
  );
  if (intent.releaseType !== "TIME_LOCKED") return;
  await recordOrderEvent(context, transaction, {
    type: "time_lock.released",
    intent,
    chain: proof,
  });
}
