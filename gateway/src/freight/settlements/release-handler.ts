/** The job that releases what an event unlocked: the gateway's signer pays the item's fixed recipient. */
import type { Database } from "@milepost/database";
import { buildRelease, type ChainRuntime, readPolicy } from "../../chain";
import type { GatewayContext } from "../../context";
import type { Built, Job, JobHandler } from "../../outbox/outbox";
import { readIntent } from "../payment-intents/store";
import { foreignReason } from "../../policies/own-policy";
import { type Sighting, seePolicy } from "../../policies/see-policy";
import { type Item, readItem } from "../schedules/store";
import { recordSettlementEvent } from "./events";
import { endItem } from "./end-item";
import { reopenIntent } from "./finish-intent";
import { takeEndBack } from "./record-money";
import { enqueueRelease } from "./release";
import { readSettlement, saveSettlement, type Settlement } from "./store";

const idOf = ({ payload }: Job): bigint =>
  BigInt((payload as { settlementId: string }).settlementId);

/** Returns the handler of `freight_release`. */
export function releaseHandler(context: GatewayContext): JobHandler<Sighting> {
  return {
    build: (chain, job) => build(context, chain, job),
    async observe(chain, job, receipt) {
      const { item } = await readBoth(context.database, job);
      return seePolicy(chain, item.policy!, receipt, { endOf: 0 });
    },
    landed: (transaction, job, _receipt, seen) => land(context, transaction, job, seen),
    async failed(transaction, job, reason) {
      const { settlement, item } = await lock(transaction, job);
      // A later attempt may have paid it, or be on its way.
      if (settlement.status === "settled" || settlement.jobId !== job.id) return;
      const failed = { ...settlement, waitsFor: "approval" as const, error: reason };
      await saveSettlement(transaction, job, { ...failed, updatedAt: context.now() });
      const event = { owner: job, item, settlement: failed, proof: null };
      await recordSettlementEvent(context, transaction, { ...event, name: "failed" });
    },
    async reverted(transaction, job) {
      const { settlement, item } = await lock(transaction, job);
      const { attempt } = settlement;
      await takeEndBack(context, transaction, { owner: job, item, attempt });
      const again: Settlement = {
        ...settlement,
        status: "approved",
        waitsFor: "chain",
        attempt: attempt + 1,
        settledAt: null,
        signature: null,
        slot: null,
        paid: 0n,
        fee: 0n,
        error: "The chain rolled back the payment before it was final; the gateway sends it again.",
        updatedAt: context.now(),
      };
      await enqueueRelease(context, transaction, { owner: job, item, settlement: again });
      await reopenIntent(context, transaction, { owner: job, intentId: settlement.intentId });
      const event = { owner: job, item, settlement: again, proof: null };
      await recordSettlementEvent(context, transaction, { ...event, name: "reverted" });
    },
  };
}

async function readBoth(
  database: Database,
  job: Job,
  options: { isLocked?: boolean } = {},
): Promise<{ settlement: Settlement; item: Item }> {
  const settlement = await readSettlement(database, job, idOf(job), options);
  const item = settlement && (await readItem(database, job, settlement.itemId));
  if (!settlement || !item) throw new Error(`the settlement of ${job.id} is gone`);
  return { settlement, item };
}

/** The intent is locked first, as everywhere, so that two transactions never wait for each other. */
async function lock(
  transaction: Database,
  job: Job,
): Promise<{ settlement: Settlement; item: Item }> {
  const { settlement } = await readBoth(transaction, job);
  await readIntent(transaction, job, settlement.intentId, { isLocked: true });
  return readBoth(transaction, job, { isLocked: true });
}

async function build({ database }: GatewayContext, chain: ChainRuntime, job: Job): Promise<Built> {
  const { settlement, item } = await readBoth(database, job);
  const intent = await readIntent(database, job, settlement.intentId);
  if (intent!.genesisHash !== chain.genesisHash) {
    return { do: "fail", reason: "The payment belongs to a chain that was reset since." };
  }
  if (item.policy === null) {
    if (item.funding === "failed") {
      return { do: "fail", reason: `The item is not funded: ${item.error}` };
    }
    return { do: "wait", seconds: 1, reason: "The item is not funded yet." };
  }
  const state = await readPolicy(chain, item.policy, { minContextSlot: item.slot ?? undefined });
  if (!state) throw new Error(`the policy ${item.policy} is not there yet`);
  const { objectId } = item;
  const foreign = foreignReason(state, { objectId, part: 0, recipient: null });
  if (foreign) return { do: "fail", reason: `The item is not paid: ${foreign}.` };
  const milestone = state.milestones[0]!;
  if (milestone.state === "released") return { do: "done", signature: null, slot: null };
  if (milestone.state === "refunded" || milestone.state === "resolved") {
    const reason = `The item's money was not left for the carrier: it is ${milestone.state}.`;
    return { do: "fail", reason };
  }
  const { instructions } = await buildRelease(chain, { policy: item.policy, index: 0 });
  return { do: "send", instructions, payer: chain.sponsor, signers: [chain.signer] };
}

async function land(
  context: GatewayContext,
  transaction: Database,
  job: Job,
  sighting: Sighting,
): Promise<void> {
  const { settlement, item } = await lock(transaction, job);
  if (settlement.status === "settled") return;
  await endItem(context, transaction, { owner: job, item, sighting });
}
