/** The policy that an item's funding creates. */
import type { Database } from "@milepost/database";
import { type ChainRuntime, findFunded, type FundingRequest, memoOf } from "../../chain";
import type { Owner } from "../owner";
import type { PaymentIntent } from "../payment-intents/store";
import { readShipment } from "../shipments/store";
import { settledIn } from "../wire";
import type { Item } from "./store";
import { deliveryGraceSecs } from "./terms";

/** Returns what the payer puts into escrow for an item, under terms that the carrier accepts in the same transaction. */
export async function fundingOf(
  database: Database,
  chain: ChainRuntime,
  owner: Owner,
  { item, intent }: { item: Item; intent: PaymentIntent },
): Promise<FundingRequest> {
  const shipment = await readShipment(database, owner, intent.shipmentId);
  const planned = shipment?.plannedDeliveryDate ?? shipment?.deliveryEta ?? null;
  return {
    owner: intent.payer!,
    recipient: intent.recipient!,
    mediator: intent.mediator!,
    currency: settledIn(intent.currency),
    amounts: [item.amount],
    timestamps: [],
    releaseCondition: 2,
    terms: { deliveryGraceSecs: deliveryGraceSecs(planned, await chain.time()) },
    memo: memoOf(item.objectId, 0),
  };
}

/** Returns the address of the item's policy that is on chain already, or null. */
export async function findPolicyOf(
  chain: ChainRuntime,
  { item, intent }: { item: Item; intent: PaymentIntent },
): Promise<string | null> {
  const found = await findFunded(chain, {
    owner: intent.payer!,
    currency: settledIn(intent.currency),
    memo: memoOf(item.objectId, 0),
  });
  return found?.address ?? null;
}
