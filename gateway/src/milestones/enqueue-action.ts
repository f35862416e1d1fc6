/** Asks for a transaction on a milestone. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { Intent } from "../intents/intent";
import type { ActionPayload } from "./action-payload";
import type { MilestoneAction } from "./chain-actions";
import type { Milestone } from "./milestone";
import { updateMilestone } from "./store";

/** A transaction to ask for. */
export interface ActionRequest {
  intent: Intent;
  milestone: Milestone;
  action: MilestoneAction;
  details?: Omit<ActionPayload, "intentId" | "milestoneId">;
  /** Tells two requests of the same action apart, such as two disputes. */
  discriminator?: string;
  /** Unix seconds by the chain's clock. */
  notBefore?: bigint;
}

/**
 * Writes the job in the caller's transaction; returns its id. The same action on the same milestone is one job, until that
 * failed.
 */
export async function enqueueAction(
  context: GatewayContext,
  transaction: Database,
  { intent, milestone, action, details, discriminator = "", notBefore }: ActionRequest,
): Promise<string> {
  const jobId = await context.outbox.enqueue(transaction, {
    accountId: intent.accountId,
    mode: intent.mode,
    kind: action,
    subjectId: intent.id,
    dedupeKey: [action, milestone.id, milestone.attempt, discriminator].filter(Boolean).join(":"),
    payload: { intentId: intent.id, milestoneId: milestone.id, ...details },
    ...(notBefore === undefined ? {} : { notBefore }),
  });
  if (details?.due === undefined) {
    await updateMilestone(transaction, milestone, { jobId }, context.now());
  }
  return jobId;
}
