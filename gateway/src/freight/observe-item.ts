/** Writes down what others did to an item's policy: a payer who takes money back, a keeper, or both parties together. */
import type { Database } from "@milepost/database";
import { readPolicy } from "../chain";
import { chainOf } from "../context";
import { foreignReason } from "../policies/own-policy";
import { seePolicy } from "../policies/see-policy";
import type { PolicyObserver } from "../policy-watch/watch";
import { readIntent } from "./payment-intents/store";
import { readItemOf } from "./schedules/store";
import { endItem } from "./settlements/end-item";

/** Ends of a milestone on chain. */
const ENDS: readonly string[] = ["released", "refunded", "resolved"];

/** Observes the policy of an item. A policy that is gone leaves the item as it was last seen; reconciliation shows it. */
export const observeFreightItem: PolicyObserver = async (context, policy) => {
  const { accountId, mode, objectId, address } = policy;
  const owner = { accountId, mode };
  const chain = chainOf(context, mode);
  const state = await readPolicy(chain, address);
  if (!state || !ENDS.includes(state.milestones[0]!.state)) return;
  // Another payment's policy: reconciliation shows what is missing.
  if (foreignReason(state, { objectId, part: 0, recipient: null })) return;
  const sighting = await seePolicy(chain, address, { signature: null, slot: null }, { endOf: 0 });
  await context.database.transaction(async (transaction: Database) => {
    const item = await readItemOf(transaction, owner, objectId);
    if (item?.policy !== address) return;
    await readIntent(transaction, owner, item.intentId, { isLocked: true });
    await endItem(context, transaction, { owner, item, sighting });
  });
};
