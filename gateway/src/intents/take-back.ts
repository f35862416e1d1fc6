/**
 * Takes back what a transaction had caused that the chain has dropped: it was confirmed, and its fork did not survive. This is the
 * only way in which milestones, orders and the ledger go backwards (invariant G1).
 */
import type { Database } from "@milepost/database";
import { placeOf } from "../chain";
import type { GatewayContext } from "../context";
import { takeDisputeBack } from "../disputes/reopen";
import { recordOrderEvent } from "../escrow-orders/events";
import { readOrder } from "../escrow-orders/store";
import type { Milestone } from "../milestones/milestone";
import { listMilestones } from "../milestones/store";
import type { PartDetails } from "./intent";
import { findParts, listParts, updatePart } from "./parts-store";
import { type Problem, requireAction } from "./problem";
import { lockIntent, readIntent } from "./store";
import { takeEndBack, type TakenBackMilestone, takeSubmissionBack } from "./take-back-milestone";
import { reopenIntent, takeFundingBack } from "./take-back-money";

/** What is gone. */
export interface TakenBack {
  intentId: string;
  /** Signature of the dropped transaction. */
  signature: string;
  /** What the intent's problem says besides. */
  consequence: string;
  nextAction: string;
}

/**
 * Takes back everything of an intent that names the signature, and sets REQUIRES_ACTION with its event. Returns false where
 * nothing names it: an earlier transaction of the same fork took it along.
 */
export async function takeBack(
  context: GatewayContext,
  transaction: Database,
  { intentId, signature, consequence, nextAction }: TakenBack,
): Promise<boolean> {
  await lockIntent(transaction, intentId);
  const parts = await listParts(transaction, intentId);
  const milestones = await listMilestones(transaction, intentId);
  const gone = parts.filter((part) => part.signature === signature);
  const touched = milestones.filter(
    (each) => each.releaseSignature === signature || each.completionSignature === signature,
  );
  const isDispute = await takeDisputeBack(context, transaction, intentId, signature);
  if (gone.length === 0 && touched.length === 0 && !isDispute) return false;
  for (const part of gone) await dropPart(context, transaction, { part, milestones });
  for (const milestone of touched) {
    const { part: number, index } = placeOf(milestone.milestoneIndex);
    const part = parts[number]!;
    if (gone.includes(part)) continue;
    await dropEffect(context, transaction, { milestone, part, index }, signature);
  }
  const problem = `The network rolled back a confirmed transaction before it was final (${signature}). ${consequence}`;
  await tell(context, transaction, { intentId, problem, nextAction });
  return true;
}

/**
 * Takes back the funding of whichever other intent has this address: the chain shows that the policy there is not its own any
 * more. An address is derived from the payer and a number, so a chain that lost transactions uses it again.
 */
export async function takeAddressBack(
  context: GatewayContext,
  transaction: Database,
  { address, intentId: ownId }: { address: string; intentId: string },
): Promise<void> {
  for (const { intentId, part: number } of await findParts(transaction, address)) {
    if (intentId === ownId) continue;
    await lockIntent(transaction, intentId);
    const part = (await listParts(transaction, intentId))[number]!;
    const milestones = await listMilestones(transaction, intentId);
    await dropPart(context, transaction, { part, milestones });
    const problem =
      `The chain has lost the transaction that funded this payment (${part.signature ?? "unknown"}): ` +
      `the policy ${address} belongs to another payment now. The payer has the money again. Confirm the payment again.`;
    context.log.error({ intent: intentId, policy: address }, problem);
    await tell(context, transaction, { intentId, problem, nextAction: "confirm" });
  }
}

/** Sets REQUIRES_ACTION with what follows from the parts and milestones that are left, and records the order's event. */
async function tell(
  context: GatewayContext,
  transaction: Database,
  { intentId, problem, nextAction }: Problem,
): Promise<void> {
  const change = await reopenIntent(transaction, intentId);
  await requireAction(context, transaction, { intentId, problem, nextAction, change });
  const intent = (await readIntent(transaction, intentId))!;
  if (await readOrder(transaction, intentId)) {
    const type = "escrow_order.status_changed" as const;
    await recordOrderEvent(context, transaction, { type, intent, chain: null });
  }
}

async function dropEffect(
  context: GatewayContext,
  transaction: Database,
  taken: TakenBackMilestone,
  signature: string,
): Promise<void> {
  const isEnd = taken.milestone.releaseSignature === signature;
  if (isEnd) await takeEndBack(context, transaction, taken);
  if (taken.milestone.completionSignature === signature) {
    await takeSubmissionBack(context, transaction, taken.milestone);
  }
  const state = taken.part.state === "ended" ? "funded" : taken.part.state;
  await updatePart(transaction, taken.part, { state, seenSlot: null });
}

async function dropPart(
  context: GatewayContext,
  transaction: Database,
  { part, milestones }: { part: PartDetails; milestones: readonly Milestone[] },
): Promise<void> {
  const own = milestones.slice(part.firstMilestone, part.firstMilestone + part.milestones);
  for (const [index, milestone] of own.entries()) {
    if (milestone.releasedAt !== null) {
      await takeEndBack(context, transaction, { milestone, part, index });
    }
  }
  for (const milestone of (await listMilestones(transaction, part.intentId)).filter((each) =>
    own.some(({ id }) => id === each.id),
  )) {
    await takeSubmissionBack(context, transaction, milestone);
  }
  await takeFundingBack(context, transaction, part);
}
