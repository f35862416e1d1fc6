/** Creates and deletes drafts of milestones. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { newId } from "../ids/ids";
import { lockAndFund } from "../intents/confirm";
import type { Intent } from "../intents/intent";
import { updateIntent } from "../intents/store";
import { plannedAmounts } from "../intents/lock-schedule";
import { parseAmount } from "../money/amount";
import { parsePercentage } from "../money/percentage";
import { toDraft } from "./draft";
import { findMilestone } from "./find";
import type { Milestone } from "./milestone";
import { requireAgreement } from "./percentage";
import { type Draft, requireFit } from "./schedule";
import type { CreateMilestoneBody } from "./schema";
import { deleteMilestone, insertMilestone, listMilestones } from "./store";

/** Returns a body as a draft. Throws `GatewayError`: `invalid_request`, `percentage_mismatch`. */
function draftOf({ amount: total, decimals }: Intent, body: CreateMilestoneBody): Draft {
  const { milestoneIndex } = body;
  const amount = body.amount === undefined ? null : parseAmount(body.amount, decimals, "amount");
  const percentage =
    body.percentage === undefined ? null : parsePercentage(body.percentage, "percentage");
  if (amount === null && percentage === null) {
    throw new GatewayError("invalid_request", "amount: required, and missing", { param: "amount" });
  }
  if (amount !== null && amount <= total && percentage !== null) {
    requireAgreement(percentage, amount, total, body.percentage!);
  }
  return { milestoneIndex, amount, percentage };
}

/** Refuses drafts where they mean nothing, or come too late. */
export function requireDrafting({ releaseType, scheduledAt, status }: Intent): void {
  if (releaseType !== "MILESTONE_LOCKED") {
    throw new GatewayError(
      "invalid_request",
      `Cannot create milestone for order with release type: ${releaseType}`,
    );
  }
  if (scheduledAt !== null) {
    throw new GatewayError(
      "schedule_locked",
      "The milestones are fixed on chain: none can be added, changed or removed any more.",
    );
  }
  if (status === "CANCELED") {
    throw new GatewayError("invalid_status", "Cannot change milestones: the intent is CANCELED.");
  }
}

/** Input of `createMilestone`. */
export interface NewDraft {
  intent: Intent;
  chain: ChainRuntime;
  body: CreateMilestoneBody;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/**
 * Adds a draft to an intent whose schedule is not fixed. The draft that completes a confirmed intent fixes it, and the money
 * goes into escrow.
 * Throws `GatewayError`: `invalid_request`, `percentage_mismatch`, `schedule_locked`, `invalid_status`.
 */
export async function createMilestone(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, body, time }: NewDraft,
): Promise<Milestone> {
  requireDrafting(intent);
  const draft = draftOf(intent, body);
  const drafts = (await listMilestones(transaction, intent.id)).map(toDraft);
  requireFit(intent.amount, drafts, draft);
  const now = context.now();
  const milestone = await insertMilestone(
    transaction,
    {
      id: newId("milestone", now),
      intentId: intent.id,
      milestoneIndex: draft.milestoneIndex,
      amount: draft.amount,
      percentage: body.percentage === undefined ? null : String(body.percentage),
      description: body.description ?? null,
    },
    now,
  );
  if (intent.confirmedAt === null) {
    await sayNext(context, transaction, intent);
    return milestone;
  }
  const { amounts } = await plannedAmounts(transaction, intent);
  if (!amounts) return milestone;
  await lockAndFund(context, transaction, { intent, chain, time });
  return findMilestone(transaction, intent, milestone.id);
}

/** Says what an unconfirmed intent needs next: the missing milestones, or its confirmation. */
async function sayNext(
  context: GatewayContext,
  transaction: Database,
  intent: Intent,
): Promise<void> {
  const { amounts } = await plannedAmounts(transaction, intent);
  const nextAction = amounts ? "confirm" : "create_milestones";
  if (nextAction === intent.nextAction) return;
  await updateIntent(transaction, intent, { nextAction }, context.now());
}

/** Removes a draft; returns it. Throws `GatewayError`: `resource_missing`, `schedule_locked`, `invalid_status`. */
export async function removeMilestone(
  context: GatewayContext,
  transaction: Database,
  intent: Intent,
  milestoneId: string,
): Promise<Milestone> {
  const milestone = await findMilestone(transaction, intent, milestoneId);
  requireDrafting(intent);
  await deleteMilestone(transaction, milestone.id);
  if (intent.confirmedAt === null) await sayNext(context, transaction, intent);
  return milestone;
}
