/** Asks for the transaction that puts an item's money into a policy of its own. */
import type { Database } from "@milepost/database";
import { type ChainRuntime, policyIdKey } from "../../chain";
import type { GatewayContext } from "../../context";
import type { Owner } from "../owner";
import type { SignedPayload } from "../../signing/service";
import type { PaymentIntent } from "../payment-intents/store";
import { settledIn } from "../wire";
import { type Item, saveItem } from "./store";

/** Kind of the job. */
export const FUND_ITEM = "freight_fund";

/** Input of `enqueueFunding`. */
export interface FundingOrder {
  owner: Owner;
  intent: PaymentIntent;
  item: Item;
  /** Bytes that wallets signed, and the policy that they create. Without them the sandbox's keys sign. */
  signed?: { signed: SignedPayload; policy: string };
}

/** Writes the job in the caller's transaction, and the item with it. */
export async function enqueueFunding(
  context: GatewayContext,
  transaction: Database,
  chain: ChainRuntime,
  { owner, intent, item, signed }: FundingOrder,
): Promise<Item> {
  const jobId = await context.outbox.enqueue(transaction, {
    accountId: owner.accountId,
    mode: owner.mode,
    kind: FUND_ITEM,
    subjectId: item.objectId,
    serialKey: policyIdKey(chain, intent.payer!, settledIn(intent.currency)),
    dedupeKey: `${FUND_ITEM}:${item.objectId}:${item.attempt}`,
    payload: { itemId: item.id.toString(), ...signed },
  });
  const funding: Item = { ...item, funding: "funding", jobId, error: null };
  await saveItem(transaction, owner, funding);
  return funding;
}
