/**
 * The job that waits for a part which the payer's wallet sends by itself. It sends nothing: it looks whether the policy is there as
 * it was agreed, until the bytes provably cannot land any more.
 */
import {
  type ChainRuntime,
  comparePolicy,
  comparePull,
  memoOf,
  type PolicyState,
  readBlockHeight,
  readPolicy,
} from "../chain";
import type { GatewayContext } from "../context";
import type { Built, Job, JobHandler } from "../outbox/outbox";
import { seePolicy, type Sighting } from "../policies/see-policy";
import { applyPolicy } from "./apply-policy";
import { expectedOf } from "./confirm-landed";
import { noteSent } from "./confirm-live";
import { amountsOf } from "./fund-part";
import type { Intent, PartDetails } from "./intent";
import { freePart, isFree, listParts, readPart } from "./parts-store";
import { lockIntent, readIntent, updateIntent } from "./store";
import { takeBack } from "./take-back";
import type { FundPartPayload, PartTransaction } from "./unsigned-parts";

/** Kind of the job. */
export const AWAIT_PART = "await_part";

/** What the job carries. */
export interface AwaitPayload extends FundPartPayload {
  intentId: string;
  lastValidBlockHeight: number;
  /** As the wallet got it: the same bytes are handed out until they expire, so that asking twice never pays twice. */
  request: PartTransaction;
}

const payloadOf = ({ payload }: Job): AwaitPayload => payload as AwaitPayload;

/** Returns the handler of `await_part`. */
export function awaitPartHandler(context: GatewayContext): JobHandler<Sighting> {
  return {
    build: (chain, job) => look(context, chain, payloadOf(job)),
    observe: (chain, job, receipt) => seePolicy(chain, payloadOf(job).policy, receipt, "creation"),
    async landed(transaction, job, _receipt, sighting) {
      const { intentId, part, payer } = payloadOf(job);
      await lockIntent(transaction, intentId);
      const intent = (await readIntent(transaction, intentId))!;
      const parts = await listParts(transaction, intentId);
      if (parts[part]?.policy === null) {
        const isLast = !parts.some((each) => isFree(each));
        const signature = sighting.proof?.signature ?? "unknown";
        const time = sighting.state.createdAt;
        await noteSent(context, transaction, { intent, payer, signature, isLast, time });
      }
      await applyPolicy(context, transaction, { intentId, part, sighting });
    },
    async failed(transaction, job) {
      const { intentId, part } = payloadOf(job);
      await lockIntent(transaction, intentId);
      await freePart(transaction, { intentId, part }, job.id);
      const intent = (await readIntent(transaction, intentId))!;
      if (intent.nextAction !== "sign") return;
      // Nothing was sent, or nothing landed: the payer asks again.
      await updateIntent(transaction, intent, { nextAction: "confirm" }, context.now());
    },
    async reverted(transaction, job) {
      const { intentId } = payloadOf(job);
      const consequence = "The payer has the money again. Confirm the payment again.";
      const told = { intentId, signature: job.signature!, consequence, nextAction: "confirm" };
      await takeBack(context, transaction, told);
    },
  };
}

async function look(
  context: GatewayContext,
  chain: ChainRuntime,
  payload: AwaitPayload,
): Promise<Built> {
  const { database } = context;
  const intent = await readIntent(database, payload.intentId);
  const part = await readPart(database, payload.intentId, payload.part);
  if (!intent || !part) return { do: "fail", reason: "the intent is gone" };
  const done = { do: "done", signature: null, slot: null } as const;
  if (part.policy !== null) return done;
  // The height first: what landed before it is in the state that is read after it.
  const height = await readBlockHeight(chain);
  const state = await readPolicy(chain, payload.policy);
  const paid = { ...intent, payer: payload.payer };
  if (state && (await isAgreed(context, chain, { intent: paid, part, state }))) return done;
  return height > payload.lastValidBlockHeight
    ? { do: "fail", reason: "The wallet did not send the transaction before it expired." }
    : { do: "wait", seconds: 1, reason: "the payer's wallet has not sent the transaction yet" };
}

/** The wallet's owner may create another policy at the same address: only the agreed one counts. */
async function isAgreed(
  context: GatewayContext,
  chain: ChainRuntime,
  { intent, part, state }: { intent: Intent; part: PartDetails; state: PolicyState },
): Promise<boolean> {
  const amounts = await amountsOf(context, part);
  const memo = memoOf(intent.id, part.part);
  if (intent.releaseType !== null) {
    const expected = await expectedOf(chain, { intent, part, amounts, memo });
    return comparePolicy(chain, state, expected) === null;
  }
  const { payer: owner, recipient, currency } = intent;
  const [amount] = amounts;
  const expected = { owner: owner!, recipient: recipient!, currency, amount: amount!, memo };
  return comparePull(chain, state, expected) === null;
}
