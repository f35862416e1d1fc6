/** The mock of an off-ramp: ten seconds of the chain's time after a release, the payee's money counts as sent to the bank. */
import type { GatewayContext } from "../context";
import { lockIntent, readIntent } from "../intents/store";
import { settle } from "../intents/settlement";
import { readMilestone } from "../milestones/store";
import type { Job, JobHandler } from "../outbox/outbox";
import { addEntry } from "./store";

interface Payload {
  intentId: string;
  milestoneId: string;
  /** Number of the payment: another one follows when the chain takes the first back. */
  attempt: number;
}

const payloadOf = ({ payload }: Job): Payload => payload as unknown as Payload;

/** Returns the handler of `off_ramp`. It sends no transaction: no money moves on chain. */
export function offRampHandler(context: GatewayContext): JobHandler<bigint> {
  return {
    build: () => Promise.resolve({ do: "done", signature: null, slot: null }),
    observe: (chain) => chain.time(),
    async landed(transaction, job, _receipt, time) {
      const { intentId, milestoneId, attempt } = payloadOf(job);
      await lockIntent(transaction, intentId);
      const intent = await readIntent(transaction, intentId);
      const milestone = await readMilestone(transaction, intentId, milestoneId);
      if (!intent || milestone?.attempt !== attempt) return;
      const { accountId, mode, currency, decimals, settlementDestination: destination } = intent;
      await addEntry(
        transaction,
        {
          accountId,
          mode,
          intentId,
          milestoneId,
          type: "SETTLEMENT",
          amount: milestone.paid - milestone.fee,
          fee: 0n,
          currency,
          decimals,
          policy: null,
          destination,
          signature: null,
          slot: null,
          occurredAt: time,
          effect: `SETTLEMENT:${milestoneId}:${milestone.attempt}`,
        },
        context.now(),
      );
      await settle(context, transaction, { intent, at: time, proof: null });
    },
    failed: () => Promise.resolve(),
  };
}
