/** Jobs that put an intent's money where it belongs: one policy per job, and the same job again never creates a second one. */
import {
  buildFunding,
  buildPull,
  type ChainRuntime,
  findFunded,
  type FundingBuild,
  type FundingRequest,
  keysFor,
  memoOf,
  type PullBuild,
  type PullRequest,
} from "../chain";
import type { GatewayContext } from "../context";
import { listMilestones } from "../milestones/store";
import type { Built, Job, JobHandler } from "../outbox/outbox";
import { applyPolicy } from "./apply-policy";
import { recordIntentEvent } from "./events";
import type { Intent, PartDetails } from "./intent";
import { freePart, planPolicy, readPart } from "./parts-store";
import { requireAction } from "./problem";
import { seePolicy, type Sighting } from "../policies/see-policy";
import { buildSigned, type SignedPayload } from "../signing/service";
import { readIntent, updateIntent } from "./store";
import { takeBack } from "./take-back";

interface Payload {
  intentId: string;
  part: number;
  /** Live: the bytes that the parties signed. */
  signed?: SignedPayload;
}

const payloadOf = ({ payload }: Job): Payload => payload as unknown as Payload;

/** Returns the handler of `fund_part` and of `pull_payment`. */
export function fundPartHandler(context: GatewayContext): JobHandler<Sighting> {
  return {
    build: (chain, job) => build(context, chain, job),
    async signed(transaction, job) {
      const { intentId, part } = payloadOf(job);
      const intent = await readIntent(transaction, intentId);
      if (!intent || part > 0) return;
      await recordIntentEvent(context, transaction, { name: "blockchain_tx_submitted", intent });
    },
    async observe(chain, job, receipt) {
      const policy = await policyOf(context, chain, payloadOf(job));
      return seePolicy(chain, policy, receipt, "creation");
    },
    async landed(transaction, job, _receipt, sighting) {
      await applyPolicy(context, transaction, { ...payloadOf(job), sighting });
    },
    async failed(transaction, job, reason) {
      const { intentId, part } = payloadOf(job);
      await freePart(transaction, { intentId, part }, job.id);
      const problem = `The payment could not be put into escrow: ${reason}`;
      const change = { problem, nextAction: "confirm" };
      const intent = (await readIntent(transaction, intentId))!;
      // What has landed stays; the payer signs the rest again.
      const isBegun = intent.status === "PROCESSING" && intent.parts.some((each) => each.policy);
      if (isBegun) await updateIntent(transaction, intent, change, context.now());
      else await requireAction(context, transaction, { intentId, ...change });
    },
    async reverted(transaction, job) {
      const { intentId } = payloadOf(job);
      const consequence = "The payer has the money again. Confirm the payment again.";
      const told = { intentId, signature: job.signature!, consequence, nextAction: "confirm" };
      await takeBack(context, transaction, told);
    },
  };
}

async function readBoth(
  { database }: GatewayContext,
  { intentId, part }: Payload,
): Promise<{ intent: Intent; part: PartDetails } | null> {
  const intent = await readIntent(database, intentId);
  const found = await readPart(database, intentId, part);
  return intent && found ? { intent, part: found } : null;
}

async function build(context: GatewayContext, chain: ChainRuntime, job: Job): Promise<Built> {
  const found = await readBoth(context, payloadOf(job));
  if (!found) return { do: "fail", reason: "the intent is gone" };
  const { intent, part } = found;
  if (intent.genesisHash !== chain.genesisHash) {
    return { do: "fail", reason: "the intent belongs to a chain that was reset since" };
  }
  if (part.policy !== null) return { do: "done", signature: part.signature, slot: part.slot };
  const { signed } = payloadOf(job);
  if (signed) return buildSigned(job, signed);
  const memo = memoOf(intent.id, part.part);
  const owner = intent.payer!;
  if (job.attempts > 1 || intent.attempt > 0) {
    const existing = await findFunded(chain, { owner, currency: intent.currency, memo });
    if (existing) {
      await planPolicy(context.database, part, existing.address);
      return { do: "done", signature: null, slot: null };
    }
  }
  const amounts = await amountsOf(context, part);
  const total = amounts.reduce((sum, amount) => sum + amount, 0n);
  await chain.sandboxFund?.(
    chain.sandboxKey!(intent.accountId, "payer").publicKey,
    intent.currency,
    total,
  );
  const built = await buildPart(chain, { intent, part, amounts, memo });
  const { keys, missing } = keysFor(chain, intent.accountId, built.signers);
  if (missing.length > 0) {
    return { do: "fail", reason: `the signature of ${missing.join(", ")} is missing` };
  }
  await planPolicy(context.database, part, built.policy);
  return { do: "send", instructions: built.instructions, payer: chain.sponsor, signers: keys };
}

/** Returns the amounts of a part's milestones in base units. */
export async function amountsOf(
  { database }: Pick<GatewayContext, "database">,
  part: PartDetails,
): Promise<bigint[]> {
  const milestones = await listMilestones(database, part.intentId);
  return milestones
    .slice(part.firstMilestone, part.firstMilestone + part.milestones)
    .map(({ amount }) => amount!);
}

/** One part as it is to be built. */
export interface PartToBuild {
  intent: Intent;
  part: PartDetails;
  amounts: bigint[];
  memo: string;
}

/** Builds the transaction of one part. */
export async function buildPart(
  chain: ChainRuntime,
  planned: PartToBuild,
): Promise<FundingBuild | PullBuild> {
  return planned.intent.releaseType === null
    ? buildPull(chain, pullRequestOf(planned))
    : buildFunding(chain, await fundingRequestOf(chain, planned));
}

/** Returns a consented pull as it is to be built. */
export function pullRequestOf({ intent, amounts, memo }: PartToBuild): PullRequest {
  const { payer, recipient, currency } = intent;
  return { owner: payer!, recipient: recipient!, currency, amount: amounts[0]!, memo };
}

/** Returns a part's held policy as it is to be built. */
export async function fundingRequestOf(
  chain: ChainRuntime,
  { intent, part, amounts, memo }: PartToBuild,
): Promise<FundingRequest> {
  return {
    owner: intent.payer!,
    recipient: intent.recipient!,
    mediator: intent.mediator!,
    currency: intent.currency,
    amounts,
    timestamps: await datesOf(chain, intent, part),
    releaseCondition: intent.releaseCondition,
    terms: { deliveryGraceSecs: intent.deliveryPeriodSecs },
    memo,
  };
}

/**
 * Returns the milestones' dates. A time lock is one. Otherwise a later part's delivery period begins when those of the
 * milestones before it could have ended: the payer cannot take it back while its turn has not come.
 */
async function datesOf(
  chain: ChainRuntime,
  { timeLockUntil, deliveryPeriodSecs, lockedAt }: Intent,
  { firstMilestone, milestones }: PartDetails,
): Promise<bigint[]> {
  if (timeLockUntil !== null) return [timeLockUntil];
  if (firstMilestone === 0) return [];
  const from = lockedAt ?? (await chain.time());
  const start = from + BigInt(deliveryPeriodSecs) * BigInt(firstMilestone);
  return Array.from({ length: milestones }, () => start);
}

/** Returns the address of the part's policy: as it was planned, or found by its memo. */
async function policyOf(
  context: GatewayContext,
  chain: ChainRuntime,
  payload: Payload,
): Promise<string> {
  const found = await readBoth(context, payload);
  if (!found) throw new Error("the intent is gone");
  const { intent, part } = found;
  if (part.policy !== null) return part.policy;
  if (part.plannedPolicy !== null) return part.plannedPolicy;
  const memo = memoOf(intent.id, part.part);
  const { payer: owner, currency } = intent;
  const existing = await findFunded(chain, { owner: owner!, currency, memo });
  if (!existing) throw new Error(`no policy of ${intent.id} is on chain yet`);
  return existing.address;
}
