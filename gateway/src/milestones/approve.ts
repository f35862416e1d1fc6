/** The payer's approval, which pays a milestone at once. The sandbox's own payer signs here, any other with their wallet. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { readOrder } from "../escrow-orders/store";
import type { Intent } from "../intents/intent";
import { hasPayerKey } from "../intents/payer-key";
import { isGatewayRelease } from "../intents/release-plan";
import type { Requested } from "./complete";
import { enqueueAction } from "./enqueue-action";
import { findMilestone } from "./find";
import { requireNotOnTheWay } from "./on-the-way";
import { notItsTurn } from "./turn";

/** Input of `approveMilestone`. */
export interface Approval {
  chain: ChainRuntime;
  intent: Intent;
  milestoneId: string;
}

/**
 * Approves a milestone: under the payer's approval (release condition 4 or 5) with the payer's signature, under the gateway's
 * with that of the gateway, once the milestone is completed. The payer's approval needs the milestone's turn. A released milestone
 * stays as it is.
 * Throws `GatewayError`: `conflict`, `invalid_status`, `resource_missing`.
 */
export async function approveMilestone(
  context: GatewayContext,
  transaction: Database,
  { chain, intent, milestoneId }: Approval,
): Promise<Requested> {
  const milestone = await findMilestone(transaction, intent, milestoneId);
  if (milestone.status === "RELEASED") return { milestone, jobId: null };
  const refuse = (why: string): GatewayError =>
    new GatewayError("invalid_status", `Cannot approve milestone: ${why}`);
  if (milestone.status !== "PENDING" && milestone.status !== "COMPLETED") {
    throw refuse(`it ended as ${milestone.status}.`);
  }
  const order = await readOrder(transaction, intent.id);
  if (!order || intent.scheduledAt === null) throw refuse("the payment is not in escrow.");
  if (order.orderStatus === "DISPUTED") throw refuse("a dispute is open. Resolve it first.");
  await requireNotOnTheWay(transaction, milestone, ["refund", "division"]);
  const isGateway = isGatewayRelease(intent.releaseCondition);
  if (isGateway && milestone.status === "PENDING") {
    throw refuse("it is not completed. Complete it first.");
  }
  if (!isGateway && !hasPayerKey(chain, intent)) {
    throw refuse(
      "the payer's wallet must sign. Request approve_milestone with POST " +
        `/v1/payment-intents/${intent.id}/unsigned-transactions.`,
    );
  }
  // The gateway's release waits for its turn, and looks at the order again. The payer's signature would not.
  const early = isGateway ? null : await notItsTurn(transaction, milestone);
  if (early) throw refuse(early);
  const jobId = await enqueueAction(context, transaction, {
    intent,
    milestone,
    action: isGateway ? "release_milestone" : "approve_milestone",
  });
  return { milestone, jobId };
}
