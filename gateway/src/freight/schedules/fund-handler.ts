/** The job that funds an item: one policy per item, and the same job again never creates a second one. */
import type { Database } from "@milepost/database";
import { buildFunding, type ChainRuntime, keysFor } from "../../chain";
import { chainOf, type GatewayContext } from "../../context";
import type { Built, Job, JobHandler } from "../../outbox/outbox";
import { recordPolicy } from "../../policies/store";
import { recordFunded, takeFundingBack } from "../settlements/record-money";
import { type PaymentIntent, readIntent } from "../payment-intents/store";
import { settledIn } from "../wire";
import { buildSigned, type SignedPayload } from "../../signing/service";
import { enqueueFunding } from "./fund";
import { findPolicyOf, fundingOf } from "./funding-request";
import { type Sighting, seePolicy } from "../../policies/see-policy";
import { type Item, planPolicy, readItem, saveItem } from "./store";

const idOf = ({ payload }: Job): bigint => BigInt((payload as { itemId: string }).itemId);

/** Returns the handler of `freight_fund`. */
export function fundHandler(context: GatewayContext): JobHandler<Sighting> {
  return {
    build: (chain, job) => build(context, chain, job),
    async observe(chain, job, receipt) {
      const { item, intent } = await readBoth(context.database, job);
      const { policy: signed = null } = job.payload as { policy?: string };
      const policy =
        item.policy ??
        signed ??
        item.plannedPolicy ??
        (await findPolicyOf(chain, { item, intent }));
      if (policy === null) throw new Error(`no policy of ${item.objectId} is on chain yet`);
      return seePolicy(chain, policy, receipt, "creation");
    },
    landed: (transaction, job, _receipt, seen) => land(context, transaction, job, seen),
    async failed(transaction, job, reason) {
      const item = await lock(transaction, job);
      if (item.funding === "funded") return;
      await saveItem(transaction, job, { ...item, funding: "failed", error: reason });
    },
    async reverted(transaction, job) {
      const item = await lock(transaction, job);
      const intent = await readIntent(transaction, job, item.intentId);
      await takeFundingBack(context, transaction, { owner: job, item });
      const attempt = item.attempt + 1;
      const again: Item = {
        ...item,
        ...{ attempt, plannedPolicy: null, policy: null, escrow: null, vault: null },
        ...{ signature: null, slot: null },
      };
      await enqueueFunding(context, transaction, chainOf(context, job.mode), {
        owner: job,
        intent: intent!,
        item: again,
      });
    },
  };
}

async function readBoth(
  database: Database,
  job: Job,
): Promise<{ item: Item; intent: PaymentIntent }> {
  const item = await readItem(database, job, idOf(job));
  const intent = item && (await readIntent(database, job, item.intentId));
  if (!item || !intent) throw new Error(`the item of ${job.id} is gone`);
  return { item, intent };
}

async function lock(transaction: Database, job: Job): Promise<Item> {
  const item = await readItem(transaction, job, idOf(job), { isLocked: true });
  if (!item) throw new Error(`the item of ${job.id} is gone`);
  return item;
}

async function build(context: GatewayContext, chain: ChainRuntime, job: Job): Promise<Built> {
  const { database } = context;
  const { item, intent } = await readBoth(database, job);
  const { signed } = job.payload as { signed?: SignedPayload };
  if (signed) return buildSigned(job, signed);
  if (intent.genesisHash !== chain.genesisHash) {
    return { do: "fail", reason: "The payment belongs to a chain that was reset since." };
  }
  if (item.policy !== null) return { do: "done", signature: item.signature, slot: item.slot };
  if (job.attempts > 1 || item.attempt > 1) {
    const existing = await findPolicyOf(chain, { item, intent });
    if (existing !== null) {
      await planPolicy(database, job, { id: item.id, policy: existing });
      return { do: "done", signature: null, slot: null };
    }
  }
  const payer = chain.sandboxKey?.(job.accountId, "payer").publicKey;
  const currency = settledIn(intent.currency);
  if (payer) await chain.sandboxFund?.(payer, currency, item.amount);
  const built = await buildFunding(chain, await fundingOf(database, chain, job, { item, intent }));
  const { keys, missing } = keysFor(chain, job.accountId, built.signers);
  if (missing.length > 0) {
    return { do: "fail", reason: `The signature of ${missing.join(", ")} is missing.` };
  }
  await planPolicy(database, job, { id: item.id, policy: built.policy });
  return { do: "send", instructions: built.instructions, payer: chain.sponsor, signers: keys };
}

async function land(
  context: GatewayContext,
  transaction: Database,
  job: Job,
  sighting: Sighting,
): Promise<void> {
  const { state, proof } = sighting;
  const item = await lock(transaction, job);
  const now = context.now();
  const signature = proof?.signature ?? null;
  await saveItem(transaction, job, {
    ...item,
    funding: "funded",
    policy: state.address,
    escrow: state.escrow?.address ?? null,
    vault: state.escrow?.vault ?? null,
    signature,
    slot: proof?.slot ?? null,
    error: null,
  });
  const { accountId, mode } = job;
  const policy = { accountId, address: state.address, objectId: item.objectId, part: 0 };
  await recordPolicy(transaction, chainOf(context, mode), { ...policy, kind: "held" }, now);
  const intent = (await readIntent(transaction, job, item.intentId))!;
  await recordFunded(context, transaction, { owner: job, intent, item, sighting });
}
