/** Asks for a time-locked release as soon as the order lets it go: at once when its time has passed. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { Intent } from "../intents/intent";
import { enqueueAction } from "../milestones/enqueue-action";
import { listMilestones } from "../milestones/store";
import type { EscrowOrder } from "./order";

/**
 * Writes the job, which the chain's clock starts; once per milestone. Does nothing for another release type, or for a key without
 * the scope `release`.
 */
export async function releaseWhenDue(
  context: GatewayContext,
  transaction: Database,
  intent: Intent,
  { order, mayRelease }: { order: EscrowOrder; mayRelease: boolean },
): Promise<void> {
  // A key may say that goods are on their way without being allowed to pay for them.
  if (!mayRelease) return;
  if (intent.releaseType !== "TIME_LOCKED" || intent.releaseCondition !== 3) return;
  if (order.orderStatus !== "SHIPPED" && order.orderStatus !== "DELIVERED") return;
  const [milestone] = await listMilestones(transaction, intent.id);
  if (!milestone || milestone.status === "RELEASED") return;
  const notBefore = intent.timeLockUntil!;
  const request = { intent, milestone, action: "release_milestone", notBefore } as const;
  // The order's settlementStatus stays NONE until it is paid, as spec 002 prints it.
  await enqueueAction(context, transaction, request);
}
