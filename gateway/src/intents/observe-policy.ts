/** Writes down what others did to an intent's policy: the payer's own wallet, a keeper, or time. */
import { findNewest, findSignature, readPolicy } from "../chain";
import { chainOf } from "../context";
import { listMilestones } from "../milestones/store";
import type { PolicyObserver } from "../policy-watch/watch";
import { applyPolicy } from "./apply-policy";
import { watchTransaction } from "./finality-jobs";
import { foreignReason } from "../policies/own-policy";
import { seePolicy } from "../policies/see-policy";
import { readIntent } from "./store";

/** Observes one policy of an intent. A policy that is gone leaves the intent as it was last seen. */
export const observeIntentPolicy: PolicyObserver = async (context, policy) => {
  const { mode, objectId: intentId, part, address } = policy;
  const chain = chainOf(context, mode);
  const state = await readPolicy(chain, address);
  if (!state) return;
  const ended = state.currentMilestone - 1;
  const milestones = await listMilestones(context.database, intentId);
  const last = milestones.find(({ milestoneIndex }) => milestoneIndex === part * 4 + ended);
  const isNew = last !== undefined && last.status !== "RELEASED";
  // The end of a milestone names its own transaction, whatever came after it.
  const found = isNew
    ? await findSignature(chain, address, { endOf: ended })
    : await findNewest(chain, address);
  const receipt = found ?? { signature: null, slot: null };
  const sighting = await seePolicy(chain, address, receipt, "creation");
  const { accountId } = policy;
  await context.database.transaction(async (transaction) => {
    await applyPolicy(context, transaction, { intentId, part, sighting });
    const { recipient } = (await readIntent(transaction, intentId))!;
    const isForeign =
      foreignReason(sighting.state, { objectId: intentId, part, recipient }) !== null;
    if (!sighting.proof || isForeign) return;
    await watchTransaction(context, transaction, { id: intentId, accountId, mode }, sighting.proof);
  });
  context.outbox.wake();
};
