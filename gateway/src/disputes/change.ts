/** Changes a dispute together with its order, with the events. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { recordOrderEvent } from "../escrow-orders/events";
import { readOrder, updateOrder } from "../escrow-orders/store";
import { type ChainProof, recordEvent } from "../events/record";
import type { Intent } from "../intents/intent";
import { requireTransition } from "../status/status-machine";
import { type Dispute, DISPUTE_TRANSITIONS, type DisputeOutcome } from "./dispute";
import { showDispute } from "./show";
import { updateDispute } from "./store";

interface Change {
  intent: Intent;
  dispute: Dispute;
  chain: ChainProof | null;
}

/** Records `dispute.raised` or `dispute.resolved` with the dispute as it is now. */
export async function recordDisputeEvent(
  context: GatewayContext,
  transaction: Database,
  { type, intent, dispute, chain }: Change & { type: "dispute.raised" | "dispute.resolved" },
): Promise<void> {
  await recordEvent(
    transaction,
    {
      accountId: intent.accountId,
      mode: intent.mode,
      type,
      objectId: dispute.id,
      data: showDispute(dispute),
      ...(chain ? { chain } : {}),
    },
    context.now(),
  );
}

/** Notes that an open dispute is on chain, or in mediation; `dispute.raised` tells the first. */
export async function moveDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, dispute, chain, status }: Change & { status: "raised" | "in_mediation" },
): Promise<void> {
  if (status !== dispute.status) {
    requireTransition(DISPUTE_TRANSITIONS, "dispute", dispute.status, status);
  }
  const isFirst = dispute.signature === null;
  const signature = dispute.signature ?? chain?.signature ?? "unknown";
  const change = { status, signature };
  const moved = await updateDispute(transaction, dispute, change, context.now());
  if (!isFirst) return;
  const event = { type: "dispute.raised", intent, dispute: moved, chain } as const;
  await recordDisputeEvent(context, transaction, event);
}

/** Ends a dispute; its order continues where it was. */
export async function closeDispute(
  context: GatewayContext,
  transaction: Database,
  {
    intent,
    dispute,
    chain,
    status,
    outcome,
    at,
  }: Change & { status: "withdrawn" | "resolved"; outcome: DisputeOutcome | null; at: bigint },
): Promise<Dispute> {
  requireTransition(DISPUTE_TRANSITIONS, "dispute", dispute.status, status);
  const now = context.now();
  // Where nothing was decided, the transaction that ended the milestone is not the dispute's.
  const own = outcome === null ? null : (chain?.signature ?? null);
  const signature = dispute.signature ?? own;
  const closed = await updateDispute(
    transaction,
    dispute,
    { status, outcome, resolvedAt: at, signature },
    now,
  );
  const order = await readOrder(transaction, intent.id);
  if (order?.orderStatus === "DISPUTED") {
    const change = { orderStatus: order.disputedFrom ?? "CREATED", disputedFrom: null } as const;
    await updateOrder(transaction, order, change, now);
    const type = "escrow_order.status_changed" as const;
    await recordOrderEvent(context, transaction, { type, intent, chain });
  }
  await recordDisputeEvent(context, transaction, {
    type: "dispute.resolved",
    intent,
    dispute: closed,
    chain,
  });
  return closed;
}
