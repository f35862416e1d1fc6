/** Queues what the clock alone does: payment after the payer's silence, and the agreed split after the mediator's. */
import type { Database } from "@milepost/database";
import type { PolicyMilestone, PolicyState } from "../chain";
import type { GatewayContext } from "../context";
import type { Intent } from "../intents/intent";
import { enqueueAction } from "./enqueue-action";
import type { Milestone } from "./milestone";

/** A milestone of a policy as the chain has it. */
export interface TimedMilestone {
  intent: Intent;
  milestone: Milestone;
  held: PolicyMilestone;
  state: PolicyState;
}

/** Queues the job for the milestone's next date; repeating it changes nothing. */
export async function enqueueTimed(
  context: GatewayContext,
  transaction: Database,
  { intent, milestone, held, state }: TimedMilestone,
): Promise<void> {
  const isOpen = held.state === "disputed" || held.state === "mediation";
  const due = isOpen ? (state.escrow?.mediationExpiresAt ?? null) : held.silentApprovalAt;
  if (due === null) return;
  await enqueueAction(context, transaction, {
    intent,
    milestone,
    action: isOpen ? "expire_mediation" : "release_milestone",
    details: { due: due.toString() },
    discriminator: `at:${due}`,
    notBefore: due,
  });
}
