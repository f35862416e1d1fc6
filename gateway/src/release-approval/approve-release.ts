/**
 * Tells a keeper whether the gateway's key may release a milestone: once a key with the scope `release` has asked for it and
 * the order allows it, and never during a dispute.
 */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { proofHash } from "../milestones/proof";
import { IS_RELEASE_REQUESTED } from "../milestones/release-request";

/** Answer to a keeper: `later` is asked again. */
export type ReleaseApproval = "yes" | "later";

/** Milestone of a policy on chain. */
export interface PolicyMilestoneRef {
  mode: Mode;
  /** Address of the policy, base58. */
  policy: string;
  /** Index within the policy, 0 to 3. */
  index: number;
}

/** What the database says about a milestone's intent. */
export interface ReleaseState {
  releaseType: string | null;
  orderStatus: string;
  milestoneStatus: string | null;
  /** True once a key with the scope `release` has asked for the payment. */
  isRequested: boolean;
  /** Hash of the delivery proof that the intent expects; null where any proof will do. */
  expectedHash: string | null;
  /** Hash of the delivery proof; null without one. */
  deliveryHash: string | null;
}

const DONE = ["COMPLETED", "RELEASED"];
const ON_ITS_WAY = ["SHIPPED", "DELIVERED", "COMPLETED"];

/** Returns the answer for a milestone in this state. */
export function approvalFor(state: ReleaseState): ReleaseApproval {
  const { orderStatus, isRequested } = state;
  if (!isRequested || orderStatus === "DISPUTED" || orderStatus === "CANCELLED") return "later";
  return isEarned(state) ? "yes" : "later";
}

/** Returns true where the order allows the payment. */
function isEarned({ releaseType, orderStatus, milestoneStatus, ...proof }: ReleaseState): boolean {
  // The chain itself refuses a time lock that is not due.
  if (releaseType === "TIME_LOCKED") return ON_ITS_WAY.includes(orderStatus);
  if (milestoneStatus === null || !DONE.includes(milestoneStatus)) return false;
  return releaseType === "MILESTONE_LOCKED" || isProven(proof);
}

function isProven({
  deliveryHash,
  expectedHash,
}: Pick<ReleaseState, "deliveryHash" | "expectedHash">): boolean {
  if (deliveryHash === null) return false;
  return expectedHash === null || proofHash(expectedHash) === deliveryHash;
}

/** Reads the state of a milestone and decides. A project's policy, which needs no gateway, and an unknown one are `later`. */
export async function approveRelease(
  database: Database,
  ref: PolicyMilestoneRef,
): Promise<ReleaseApproval> {
  return (await approveIntent(database, ref)) ?? approveFreight(database, ref);
}

/** Returns null for a policy that is not an intent's. */
async function approveIntent(
  database: Database,
  { mode, policy, index }: PolicyMilestoneRef,
): Promise<ReleaseApproval | null> {
  const [row] = await database.query<{
    release_type: string | null;
    order_status: string;
    status: string | null;
    is_requested: boolean;
    expected_delivery_hash: string | null;
    delivery_hash: string | null;
  }>(
    `SELECT intent.release_type, escrow.order_status, milestone.status, ${IS_RELEASE_REQUESTED} AS is_requested,
       intent.expected_delivery_hash, escrow.delivery_hash
     FROM milepost_gateway.intent_parts part
     JOIN milepost_gateway.payment_intents intent ON intent.id = part.intent_id
     JOIN milepost_gateway.escrow_orders escrow ON escrow.intent_id = intent.id
     LEFT JOIN milepost_gateway.milestones milestone
       ON milestone.intent_id = intent.id AND milestone.milestone_index = part.first_milestone + $3
     WHERE part.policy = $2 AND intent.mode = $1`,
    [mode, policy, index],
  );
  if (!row) return null;
  return approvalFor({
    releaseType: row.release_type,
    orderStatus: row.order_status,
    milestoneStatus: row.status,
    isRequested: row.is_requested,
    expectedHash: row.expected_delivery_hash,
    deliveryHash: row.delivery_hash,
  });
}

/**
 * A freight item has a policy of its own. It is released once its settlement has a job and waits for nothing but the chain: where
 * the schedule pays at once it is the request, otherwise a key with the scope `release` settles.
 */
async function approveFreight(
  database: Database,
  { mode, policy, index }: PolicyMilestoneRef,
): Promise<ReleaseApproval> {
  if (index !== 0) return "later";
  const rows = await database.query(
    `SELECT 1 FROM milepost_gateway.freight_items item
     JOIN milepost_gateway.freight_settlements settlement
       ON settlement.account_id = item.account_id AND settlement.mode = item.mode AND settlement.item_id = item.id
     WHERE item.policy = $2 AND item.mode = $1
       AND settlement.job_id IS NOT NULL AND (settlement.status = 'settled' OR settlement.waits_for = 'chain')`,
    [mode, policy],
  );
  return rows.length > 0 ? "yes" : "later";
}
