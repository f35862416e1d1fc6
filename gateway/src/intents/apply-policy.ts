/**
 * Writes down what the chain says about one policy. Every change of money comes through here, whether a job of this process
 * caused it or another wallet did, and a second call with the same state changes nothing.
 */
import type { Database } from "@milepost/database";
import type { PolicyState } from "../chain";
import type { GatewayContext } from "../context";
import { recordOrderEvent } from "../escrow-orders/events";
import { readOrder, updateOrder } from "../escrow-orders/store";
import type { Milestone } from "../milestones/milestone";
import { listMilestones } from "../milestones/store";
import { enqueueTimed } from "../milestones/timed-jobs";
import { foreignReason } from "../policies/own-policy";
import { recordPolicy } from "../policies/store";
import { acceptInSandbox } from "./accept-in-sandbox";
import { applyDispute } from "./apply-dispute";
import { applyMilestone } from "./apply-milestone";
import { recordIntentEvent } from "./events";
import type { Intent, PartDetails } from "./intent";
import { recordMoved } from "./money-moved";
import { withPhase } from "./phases";
import { isFree, listParts, readPart, updatePart } from "./parts-store";
import { requireAction } from "./problem";
import { settle } from "./settlement";
import type { Sighting } from "../policies/see-policy";
import { lockIntent, readIntent, updateIntent } from "./store";
import { changeStatus } from "./change-status";
import { takeAddressBack } from "./take-back";

/** Input of `applyPolicy`. */
export interface SeenPolicy {
  intentId: string;
  /** Number of the part that the policy is. */
  part: number;
  sighting: Sighting;
}

/**
 * Writes down a policy's state, with entries, movements and events of what is new in it. Another payment's policy at the address
 * sets REQUIRES_ACTION, and nothing of it counts.
 */
export async function applyPolicy(
  context: GatewayContext,
  transaction: Database,
  { intentId, part: number, sighting }: SeenPolicy,
): Promise<void> {
  await lockIntent(transaction, intentId);
  const [found, part] = [
    await readIntent(transaction, intentId),
    await readPart(transaction, intentId, number),
  ];
  if (!found || !part || isOlder(sighting, part)) return;
  const { state, proof } = sighting;
  const { recipient } = found;
  const foreign = foreignReason(state, { objectId: intentId, part: number, recipient });
  if (foreign) {
    const problem = `Nothing was written down: ${foreign}.`;
    return requireAction(context, transaction, { intentId, problem, nextAction: "retry" });
  }
  const seen = await applyPart(context, transaction, { intent: found, part, sighting });
  await acceptInSandbox(context, transaction, found, { part: number, sighting });
  const milestones = await listMilestones(transaction, intentId);
  const own = milestonesOf(milestones, seen);
  await markReclaimable(context, transaction, intentId);
  let intent = await lockedIn(context, transaction, found, sighting);
  const order = await readOrder(transaction, intentId);
  for (const held of state.milestones) {
    const milestone = own[held.index];
    if (!milestone) continue;
    const change = { intent, order, milestone, held, state, proof };
    await applyMilestone(context, transaction, change);
    await applyDispute(context, transaction, change);
    await enqueueTimed(context, transaction, change);
  }
  intent = (await readIntent(transaction, intentId))!;
  await settle(context, transaction, { intent, at: state.updatedAt, proof });
}

/** A lagging node's answer, older than what was written down. */
const isOlder = ({ state }: Sighting, { seenSlot }: PartDetails): boolean =>
  seenSlot !== null && state.slot < seenSlot;

/** Returns the part's milestones by their index within the policy. */
const milestonesOf = (all: readonly Milestone[], part: PartDetails): Milestone[] =>
  all.filter(
    ({ milestoneIndex }) =>
      milestoneIndex >= part.firstMilestone &&
      milestoneIndex < part.firstMilestone + part.milestones,
  );

/** True when the policy's money is in, and nothing but its terms can move it. */
function isIn({ funding, escrow, milestones }: PolicyState): boolean {
  if (funding !== "held") return funding === "delegated";
  return escrow?.acceptedAt !== null && milestones.every(({ state }) => state !== "unfunded");
}

function nextPartState(part: PartDetails, state: PolicyState): PartDetails["state"] {
  if (state.funding === "closed") return "closed";
  if (part.state !== "planned" && part.state !== "funded") return part.state;
  if (!isIn(state)) return part.state;
  return state.currentMilestone >= state.milestones.length ? "ended" : "funded";
}

async function applyPart(
  context: GatewayContext,
  transaction: Database,
  { intent, part, sighting }: { intent: Intent; part: PartDetails; sighting: Sighting },
): Promise<PartDetails> {
  const { state, proof } = sighting;
  const isNew = part.policy === null;
  if (isNew)
    await takeAddressBack(context, transaction, { address: state.address, intentId: intent.id });
  const changed = await updatePart(transaction, part, {
    state: nextPartState(part, state),
    seenSlot: state.slot,
    reclaimableAt: state.milestones[state.currentMilestone]?.reclaimableAt ?? null,
    ...(isNew
      ? {
          policy: state.address,
          escrow: state.escrow?.address ?? null,
          vault: state.escrow?.vault ?? null,
          signature: proof?.signature ?? null,
          slot: proof?.slot ?? null,
        }
      : {}),
  });
  if (!isNew) return changed;
  await recordPolicy(
    transaction,
    { mode: intent.mode, genesisHash: intent.genesisHash },
    {
      accountId: intent.accountId,
      address: state.address,
      objectId: intent.id,
      part: part.part,
      kind: state.funding === "delegated" ? "delegated" : "held",
    },
    context.now(),
  );
  const milestones = milestonesOf(await listMilestones(transaction, intent.id), changed);
  for (const held of state.milestones) {
    const amount = state.funding === "delegated" ? held.amount : held.funded;
    await recordMoved(context, transaction, {
      intent,
      milestone: milestones[held.index]!,
      policy: state.address,
      index: held.index,
      type: "RESERVE",
      amount,
      fee: 0n,
      destination: state.escrow?.vault ?? null,
      at: state.createdAt,
      proof,
    });
  }
  const withPart = (await readIntent(transaction, intent.id))!;
  const event = { name: "blockchain_tx_confirmed", intent: withPart } as const;
  await recordIntentEvent(context, transaction, { ...event, chain: proof ?? undefined });
  return changed;
}

/** Makes an intent SUCCEEDED, and its order CREATED, once the money of every part is in. */
async function lockedIn(
  context: GatewayContext,
  transaction: Database,
  before: Intent,
  { state, proof }: Sighting,
): Promise<Intent> {
  const intent = (await readIntent(transaction, before.id))!;
  const isAllIn = intent.parts.every((part) => part.state !== "planned");
  const isWaiting = ["PROCESSING", "REQUIRES_SIGNATURE", "REQUIRES_ACTION"].includes(intent.status);
  if (!isWaiting) return intent;
  if (!isAllIn) {
    const nextAction = missingAction(await listParts(transaction, intent.id)) ?? intent.nextAction;
    if (nextAction === intent.nextAction) return intent;
    return updateIntent(transaction, intent, { nextAction }, context.now());
  }
  const at = Number(state.updatedAt);
  const isHeld = intent.releaseType !== null;
  let phases = withPhase(intent.phases, "BLOCKCHAIN_CONFIRMATION", "COMPLETED", at);
  if (isHeld) phases = withPhase(phases, "ESCROW_LOCKED", "COMPLETED", at);
  if (intent.releaseType === "DELIVERY_PROOF" || intent.releaseType === "AUTO_RELEASE") {
    phases = withPhase(phases, "AWAITING_DELIVERY_PROOF", "IN_PROGRESS", at);
  }
  const succeeded = await changeStatus(context, transaction, {
    intent,
    to: "SUCCEEDED",
    change: {
      phases,
      nextAction: null,
      problem: null,
      settlementStatus: intent.settlementStatus ?? "PENDING",
    },
    chain: proof ?? undefined,
  });
  const order = await readOrder(transaction, intent.id);
  if (order?.orderStatus === "PENDING") {
    await updateOrder(transaction, order, { orderStatus: "CREATED" }, context.now());
    const event = { type: "escrow_order.created", intent: succeeded, chain: proof } as const;
    await recordOrderEvent(context, transaction, event);
  }
  return succeeded;
}

/** Returns what a wallet still has to do before the money is in: the payer for a part, then the payee for its terms. */
function missingAction(parts: readonly PartDetails[]): string | null {
  if (parts.some(isFree)) return "sign";
  const isUnaccepted = parts.some(({ policy, state }) => policy !== null && state === "planned");
  return isUnaccepted ? "accept_terms" : null;
}

/** Notes from when on the payer may take the current milestone back: that of the first part whose turn has not ended. */
async function markReclaimable(
  context: GatewayContext,
  transaction: Database,
  intentId: string,
): Promise<void> {
  const order = await readOrder(transaction, intentId);
  const parts = await listParts(transaction, intentId);
  const reclaimableAt = parts.find(({ state }) => state === "funded")?.reclaimableAt ?? null;
  if (!order || reclaimableAt === order.reclaimableAt) return;
  await updateOrder(transaction, order, { reclaimableAt }, context.now());
}
