/** Takes back that a policy was funded, and tells where an intent stands without what is gone. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { readOrder, updateOrder } from "../escrow-orders/store";
import { takeEntriesBack } from "../ledger/store";
import { listMilestones } from "../milestones/store";
import { removeMovements, removePolicy } from "../policies/store";
import type { PartDetails } from "./intent";
import { freePart, listParts, updatePart } from "./parts-store";
import type { PhaseName } from "./phases";
import { type IntentChange, readIntent } from "./store";

/** The policy is gone with its money: the part is planned again, and the order is not locked. */
export async function takeFundingBack(
  context: GatewayContext,
  transaction: Database,
  part: PartDetails,
): Promise<void> {
  const { intentId, firstMilestone, milestones: count, policy } = part;
  const { mode } = (await readIntent(transaction, intentId))!;
  const now = context.now();
  const milestones = await listMilestones(transaction, intentId);
  const own = milestones.slice(firstMilestone, firstMilestone + count);
  for (const [index, { id: milestoneId, attempt }] of own.entries()) {
    const entry = { intentId, milestoneId, types: ["RESERVE"] as const, attempt };
    await takeEntriesBack(transaction, entry, now);
    await removeMovements(transaction, { mode, policy: policy!, index }, ["funded"]);
  }
  await removePolicy(transaction, { mode, address: policy! });
  const nothing = { policy: null, escrow: null, vault: null, signature: null, slot: null };
  await updatePart(transaction, part, { ...nothing, state: "planned", seenSlot: null });
  if (part.jobId !== null) await freePart(transaction, part, part.jobId);
  const order = await readOrder(transaction, intentId);
  if (!order) return;
  const change = { orderStatus: "PENDING", settlementStatus: "NONE" } as const;
  await updateOrder(
    transaction,
    order,
    { ...change, disputedFrom: null, endedFrom: null, reclaimableAt: null },
    now,
  );
}

/** Returns the fields of an intent that follow from its parts and milestones as they are now. */
export async function reopenIntent(transaction: Database, intentId: string): Promise<IntentChange> {
  const intent = (await readIntent(transaction, intentId))!;
  const isIn = (await listParts(transaction, intentId)).every(({ policy }) => policy !== null);
  const milestones = await listMilestones(transaction, intentId);
  const isPaying = milestones.some(({ paid }) => paid > 0n);
  const gone: PhaseName[] = isIn
    ? ["SETTLEMENT"]
    : ["BLOCKCHAIN_CONFIRMATION", "ESCROW_LOCKED", "AWAITING_DELIVERY_PROOF", "SETTLEMENT"];
  const kept = intent.phases.filter(({ phase }) => !gone.includes(phase));
  const settling = intent.phases.find(({ phase }) => phase === "SETTLEMENT");
  const isSettling = isPaying && settling !== undefined;
  return {
    settlementStatus: isPaying ? "IN_PROGRESS" : isIn ? "PENDING" : null,
    phases: isSettling ? [...kept, { ...settling, status: "IN_PROGRESS" }] : kept,
  };
}
