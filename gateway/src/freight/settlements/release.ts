/** Asks for the transaction that releases what an event unlocked. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import type { Owner } from "../owner";
import type { Item } from "../schedules/store";
import { saveSettlement, type Settlement } from "./store";

/** Kind of the job. */
export const RELEASE_ITEM = "freight_release";

/** Input of `enqueueRelease`. */
export interface ReleaseRequest {
  owner: Owner;
  item: Item;
  /** With the fields that the release changes. */
  settlement: Settlement;
  /** Unix seconds by the chain's clock. */
  notBefore?: bigint;
}

/** Writes the job in the caller's transaction, and the settlement with it. */
export async function enqueueRelease(
  { outbox }: GatewayContext,
  transaction: Database,
  { owner, item, settlement, notBefore }: ReleaseRequest,
): Promise<Settlement> {
  const jobId = await outbox.enqueue(transaction, {
    accountId: owner.accountId,
    mode: owner.mode,
    kind: RELEASE_ITEM,
    // After the item's funding.
    subjectId: item.objectId,
    dedupeKey: `${RELEASE_ITEM}:${item.objectId}:${settlement.attempt}`,
    payload: { settlementId: settlement.id.toString() },
    ...(notBefore === undefined ? {} : { notBefore }),
  });
  const released = { ...settlement, jobId };
  await saveSettlement(transaction, owner, released);
  return released;
}
