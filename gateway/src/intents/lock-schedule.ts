/** Fixes an intent's milestones and asks for the transactions that fund them. From here on nothing about the money changes. */
import type { Database } from "@milepost/database";
import { type ChainRuntime, planParts, policyIdKey } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { newId } from "../ids/ids";
import { toDraft } from "../milestones/draft";
import type { Milestone } from "../milestones/milestone";
import { scheduleOf } from "../milestones/schedule";
import { insertMilestone, listMilestones, updateMilestone } from "../milestones/store";
import { formatAmount } from "../money/amount";
import type { Intent } from "./intent";
import { insertPart, listParts } from "./parts-store";
import { readIntent, updateIntent } from "./store";

/** Returns the milestones' final amounts, or null while drafts are missing. */
export async function plannedAmounts(
  database: Database,
  intent: Intent,
): Promise<{ milestones: Milestone[]; amounts: bigint[] | null; planned: bigint }> {
  const milestones = await listMilestones(database, intent.id);
  if (intent.releaseType !== "MILESTONE_LOCKED") {
    return { milestones, amounts: [intent.amount], planned: intent.amount };
  }
  const schedule = scheduleOf(intent.amount, milestones.map(toDraft));
  return schedule.is === "complete"
    ? { milestones, amounts: schedule.amounts, planned: intent.amount }
    : { milestones, amounts: null, planned: schedule.is === "incomplete" ? schedule.planned : 0n };
}

/** Returns the refusal of whatever needs a complete schedule. */
export function incomplete({ amount, decimals }: Intent, planned: bigint): GatewayError {
  const [has, needs] = [formatAmount(planned, decimals), formatAmount(amount, decimals)];
  return new GatewayError(
    "schedule_incomplete",
    `The milestones sum to ${has} of ${needs}. Create the missing ones first.`,
  );
}

/**
 * Fixes the amounts and divides the milestones among policies of up to four.
 * Throws `GatewayError` (`schedule_incomplete`) when the drafts do not add up.
 */
export async function fixSchedule(
  context: GatewayContext,
  transaction: Database,
  intent: Intent,
): Promise<Intent> {
  if (intent.scheduledAt !== null) return intent;
  const { milestones, amounts, planned } = await plannedAmounts(transaction, intent);
  if (!amounts) throw incomplete(intent, planned);
  const now = context.now();
  for (const [index, amount] of amounts.entries()) {
    const milestone = milestones[index];
    if (milestone) await updateMilestone(transaction, milestone, { amount }, now);
    else await insertOnly(transaction, intent, now);
  }
  for (const { part, first, milestones: members } of planParts(amounts)) {
    await insertPart(transaction, {
      intentId: intent.id,
      part,
      firstMilestone: first,
      milestones: members.length,
      jobId: null,
    });
  }
  await updateIntent(transaction, intent, { scheduledAt: now }, now);
  return (await readIntent(transaction, intent.id))!;
}

/** An order that is not released by milestones has one, with everything. */
async function insertOnly(transaction: Database, intent: Intent, now: Date): Promise<void> {
  const milestone = { id: newId("milestone", now), intentId: intent.id, milestoneIndex: 0 };
  const { amount, description } = intent;
  await insertMilestone(transaction, { ...milestone, amount, percentage: null, description }, now);
}

/** Asks for the funding of every part that is not funded; the sandbox's keys sign. */
export async function enqueueFunding(
  context: GatewayContext,
  transaction: Database,
  chain: ChainRuntime,
  intent: Intent,
): Promise<void> {
  const serialKey = policyIdKey(chain, intent.payer!, intent.currency);
  for (const part of await listParts(transaction, intent.id)) {
    if (part.state !== "planned") continue;
    const jobId = await context.outbox.enqueue(transaction, {
      accountId: intent.accountId,
      mode: intent.mode,
      kind: intent.releaseType === null ? "pull_payment" : "fund_part",
      subjectId: intent.id,
      serialKey,
      dedupeKey: `fund_part:${intent.id}:${part.part}:${intent.attempt}`,
      payload: { intentId: intent.id, part: part.part },
    });
    await insertPart(transaction, { ...part, jobId });
  }
}
