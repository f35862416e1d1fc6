/** What happens to a milestone when its transaction can never land, or when the chain takes it back. */
import type { Database } from "@milepost/database";
import { chainOf, type GatewayContext } from "../context";
import { failDispute, reopenDispute } from "../disputes/reopen";
import type { Intent } from "../intents/intent";
import { requireAction } from "../intents/problem";
import type { ReleaseType } from "../intents/release-plan";
import { lockIntent, readIntent } from "../intents/store";
import { takeBack } from "../intents/take-back";
import type { Job } from "../outbox/outbox";
import type { ActionPayload } from "./action-payload";
import type { MilestoneAction } from "./chain-actions";
import { enqueueAction } from "./enqueue-action";
import { readMilestone, updateMilestone } from "./store";

/** Next action of a party after an action that cannot happen. */
const NEXT_ACTION: Partial<Record<MilestoneAction, string>> = {
  release_milestone: "complete_milestone",
  submit_milestone: "complete_milestone",
  approve_milestone: "approve_milestone",
  dispute_milestone: "raise_dispute",
};

/** Next action of a party after a release that the chain refused, by the order's release type. */
const RELEASE_AGAIN: Partial<Record<ReleaseType, string>> = {
  TIME_LOCKED: "update_order",
  DELIVERY_PROOF: "approve_milestone",
  AUTO_RELEASE: "approve_milestone",
};

function nextActionOf({ action, payload }: EndedAction, { releaseType }: Intent): string {
  if (payload.due !== undefined) return "approve_milestone";
  const again = action === "release_milestone" && releaseType && RELEASE_AGAIN[releaseType];
  return again || (NEXT_ACTION[action] ?? "retry");
}

/** Actions that no party's wallet signs. */
const WITHOUT_WALLET: readonly MilestoneAction[] = ["release_milestone", "expire_mediation"];

/** A job on a milestone that ended badly. */
export interface EndedAction {
  action: MilestoneAction;
  payload: ActionPayload;
}

/** Sets REQUIRES_ACTION with the reason; a dispute that cannot be put on chain holds nothing back any more. */
export async function actionFailed(
  context: GatewayContext,
  transaction: Database,
  { action, payload, reason }: EndedAction & { reason: string },
): Promise<void> {
  const { intentId, milestoneId } = payload;
  await lockIntent(transaction, intentId);
  const intent = await readIntent(transaction, intentId);
  const milestone = await readMilestone(transaction, intentId, milestoneId);
  if (!intent || !milestone) return;
  // The next request for it is a job of its own.
  const change = { attempt: milestone.attempt + 1 };
  await updateMilestone(transaction, milestone, change, context.now());
  // A wallet's transaction leaves nothing half done: the party asks for a new one.
  if (payload.signed) return;
  const problem = `${action} of milestone ${milestone.milestoneIndex} failed: ${reason}`;
  if (action === "dispute_milestone") {
    const disputeId = payload.disputeId ?? null;
    await failDispute(context, transaction, { intent, disputeId, problem });
  }
  const nextAction = nextActionOf({ action, payload }, intent);
  await requireAction(context, transaction, { intentId, problem, nextAction });
}

/**
 * Takes back what the transaction had caused, and sends the same again where this process has the keys: the new job looks at
 * the chain first. Otherwise `next_action` says whose signature is needed.
 */
export async function actionReverted(
  context: GatewayContext,
  transaction: Database,
  { action, payload, job }: EndedAction & { job: Job },
): Promise<void> {
  const { intentId, milestoneId, ...details } = payload;
  await lockIntent(transaction, intentId);
  const before = await readIntent(transaction, intentId);
  const milestone = await readMilestone(transaction, intentId, milestoneId);
  if (!before || !milestone) return;
  const isAgain =
    WITHOUT_WALLET.includes(action) || chainOf(context, before.mode).sandboxKey !== null;
  const consequence = isAgain ? "The gateway sends it again." : "It must be signed again.";
  const nextAction = isAgain ? "wait" : (NEXT_ACTION[action] ?? "retry");
  const told = { intentId, signature: job.signature!, consequence, nextAction };
  if (!(await takeBack(context, transaction, told))) {
    const from = { withdraw_dispute: "withdrawn", request_mediation: "in_mediation" } as const;
    if (action !== "withdraw_dispute" && action !== "request_mediation") return;
    const problem = `The network rolled back ${action} of milestone ${milestone.milestoneIndex} before it was final. ${consequence}`;
    await reopenDispute(context, transaction, { intent: before, milestone, from: from[action] });
    await requireAction(context, transaction, { intentId, problem, nextAction });
  }
  if (!isAgain) return;
  const intent = (await readIntent(transaction, intentId))!;
  const current = (await readMilestone(transaction, intentId, milestoneId))!;
  const again = { intent, milestone: current, action, details, discriminator: job.id };
  await enqueueAction(context, transaction, again);
}
