/** Events of a milestone, each with the whole object. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { EscrowOrder } from "../escrow-orders/order";
import { type ChainProof, recordEvent } from "../events/record";
import type { Intent } from "../intents/intent";
import { isGatewayRelease } from "../intents/release-plan";
import type { Milestone } from "./milestone";
import { showMilestone } from "./show";

/** What happened to a milestone. `completed` is Finternet's; `reverted`: the chain took its end back. */
export type MilestoneEventName = "completed" | "released" | "refunded" | "resolved" | "reverted";

/** Records `milestone.NAME` with the milestone as it is now. */
export async function recordMilestoneEvent(
  context: GatewayContext,
  transaction: Database,
  {
    name,
    intent,
    order,
    milestone,
    chain,
  }: {
    name: MilestoneEventName;
    intent: Intent;
    order: EscrowOrder;
    milestone: Milestone;
    chain: ChainProof | null;
  },
): Promise<void> {
  await recordEvent(
    transaction,
    {
      accountId: intent.accountId,
      mode: intent.mode,
      type: `milestone.${name}`,
      objectId: milestone.id,
      data: showMilestone(intent, order, milestone),
      ...(chain ? { chain } : {}),
    },
    context.now(),
  );
}

/**
 * Records `milestone.completed` for a completion that no transaction carries, because the gateway's signature releases it. A
 * submission that goes on chain is told when it has landed.
 */
export async function tellDeclared(
  context: GatewayContext,
  transaction: Database,
  { intent, order, milestone }: { intent: Intent; order: EscrowOrder; milestone: Milestone },
): Promise<void> {
  if (!isGatewayRelease(intent.releaseCondition)) return;
  const event = { name: "completed", intent, order, milestone, chain: null } as const;
  await recordMilestoneEvent(context, transaction, event);
}
