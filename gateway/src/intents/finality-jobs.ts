/** Jobs that send nothing: one watches a transaction that another wallet sent until it is final, one makes a settled intent FINAL. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { ChainProof } from "../events/record";
import type { Job, JobHandler } from "../outbox/outbox";
import { changeStatus } from "./change-status";
import type { Intent } from "./intent";
import { lockIntent, readIntent } from "./store";
import { takeBack } from "./take-back";

/** Kind of the job that watches a transaction which this gateway did not send. */
export const WATCH_JOB = "watch_transaction";
/** Kind of the job that makes an intent FINAL. */
export const FINAL_JOB = "finalize_intent";

/** Seconds of the chain's time after which a transaction is usually final. */
export const FINALITY_SECS = 15n;
/** Seconds between two looks whether it is. */
const LOOK_AGAIN_SECS = 5;

interface WatchPayload {
  intentId: string;
  signature: string;
  slot: number;
}

/** Asks to watch the transaction of a sighting, unless a job of the intent sent it. */
export async function watchTransaction(
  context: GatewayContext,
  transaction: Database,
  { id, accountId, mode }: Pick<Intent, "id" | "accountId" | "mode">,
  { signature, slot }: ChainProof,
): Promise<void> {
  const [known] = await transaction.query(
    "SELECT 1 FROM milepost_gateway.chain_jobs WHERE account_id = $1 AND mode = $2 AND subject_id = $3 AND signature = $4 LIMIT 1",
    [accountId, mode, id, signature],
  );
  if (known) return;
  await context.outbox.enqueue(transaction, {
    accountId,
    mode,
    kind: WATCH_JOB,
    subjectId: id,
    dedupeKey: `${WATCH_JOB}:${id}:${signature}`,
    payload: { intentId: id, signature, slot },
  });
}

/** Returns the handler of `watch_transaction`: the outbox looks at a landed job until its transaction is final. */
export function watchTransactionHandler(context: GatewayContext): JobHandler {
  const payloadOf = ({ payload }: Job): WatchPayload => payload as unknown as WatchPayload;
  return {
    build(_chain, job) {
      const { signature, slot } = payloadOf(job);
      return Promise.resolve({ do: "done", signature, slot });
    },
    landed: () => Promise.resolve(),
    failed: () => Promise.resolve(),
    async reverted(transaction, job) {
      const { intentId, signature } = payloadOf(job);
      const consequence = "A wallet had sent it without the gateway, and must send it again.";
      const told = { intentId, signature, consequence, nextAction: "retry" };
      await takeBack(context, transaction, told);
    },
  };
}

/** Asks to make a settled intent FINAL, once per intent. */
export async function enqueueFinal(
  { outbox }: GatewayContext,
  transaction: Database,
  { id, accountId, mode }: Intent,
  settledAt: bigint,
): Promise<void> {
  await outbox.enqueue(transaction, {
    accountId,
    mode,
    kind: FINAL_JOB,
    subjectId: id,
    dedupeKey: `${FINAL_JOB}:${id}`,
    payload: { intentId: id },
    notBefore: settledAt + FINALITY_SECS,
  });
}

/** Returns the handler of `finalize_intent`. It waits while the chain could take a transaction back. */
export function finalizeHandler(context: GatewayContext): JobHandler {
  const idOf = ({ payload }: Job): string => (payload as { intentId: string }).intentId;
  return {
    async build(_chain, job) {
      const intent = await readIntent(context.database, idOf(job));
      if (!intent) return { do: "fail", reason: "the intent is gone" };
      const done = { do: "done", signature: null, slot: null } as const;
      if (intent.status === "SETTLED" && intent.isFinalized) return done;
      if (intent.status === "FINAL" || intent.status === "CANCELED") return done;
      const reason = "the network could still take a transaction back";
      return { do: "wait", seconds: LOOK_AGAIN_SECS, reason };
    },
    async landed(transaction, job) {
      await lockIntent(transaction, idOf(job));
      const intent = await readIntent(transaction, idOf(job));
      if (intent?.status !== "SETTLED" || !intent.isFinalized) return;
      await changeStatus(context, transaction, { intent, to: "FINAL" });
    },
    failed: () => Promise.resolve(),
  };
}
