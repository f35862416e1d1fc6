/** Tells what an open dispute holds back: what the gateway has not signed yet waits for the dispute's end. */
import type { Database } from "@milepost/database";
import { isOpen } from "../disputes/note";
import { readNewestDispute } from "../disputes/store";
import { readOrder } from "../escrow-orders/store";
import type { ActionPayload } from "./action-payload";
import type { MilestoneAction } from "./chain-actions";

/** Seconds after which a job that is held back is looked at again. */
export const DISPUTE_WAIT_SECONDS = 5;

/** Reason of the wait. */
export const DISPUTE_OPEN = "a dispute is open";

/** Returns true for an action that a dispute can hold back; a transaction that a wallet signed never is. */
export const canBeHeldBack = (action: MilestoneAction, { signed }: ActionPayload): boolean =>
  !signed && (action === "release_milestone" || action === "submit_milestone");

/**
 * Returns true while a dispute holds the action back: any dispute a release, and one that only the gateway knows a submission,
 * which silence would pay on chain.
 */
export async function isHeldBack(
  database: Database,
  action: MilestoneAction,
  payload: ActionPayload,
): Promise<boolean> {
  if (!canBeHeldBack(action, payload)) return false;
  if ((await readOrder(database, payload.intentId))?.orderStatus !== "DISPUTED") return false;
  if (action === "release_milestone") return true;
  const dispute = await readNewestDispute(database, payload.intentId);
  return dispute !== null && isOpen(dispute) && !dispute.isOnChain;
}
