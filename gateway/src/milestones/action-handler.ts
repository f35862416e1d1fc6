/** Jobs on one milestone. Each looks at the chain first, acts on exactly its milestone, and writes down what the chain says. */
import type { Database } from "@milepost/database";
import {
  type Build,
  buildApprove,
  buildDispute,
  buildExpireMediation,
  buildReclaim,
  buildRelease,
  buildRequestMediation,
  buildResolve,
  buildSettle,
  buildSubmit,
  buildWithdrawDispute,
  type ChainRuntime,
  findSignature,
  keysFor,
  type MilestoneRef,
  placeOf,
  type PolicyState,
  readPolicy,
} from "../chain";
import type { GatewayContext } from "../context";
import { noteDispute } from "../disputes/note";
import { applyPolicy } from "../intents/apply-policy";
import type { Intent, PartDetails } from "../intents/intent";
import { listParts } from "../intents/parts-store";
import { foreignReason } from "../policies/own-policy";
import { seePolicy, type Sighting } from "../policies/see-policy";
import { lockIntent, readIntent } from "../intents/store";
import { type Built, type Job, type JobHandler, NotYetError } from "../outbox/outbox";
import { buildSigned } from "../signing/service";
import { actionFailed, actionReverted } from "./action-end";
import type { ActionPayload } from "./action-payload";
import { decideAction, type MilestoneAction } from "./chain-actions";
import { canBeHeldBack, DISPUTE_OPEN, DISPUTE_WAIT_SECONDS, isHeldBack } from "./dispute-hold";
import type { Milestone } from "./milestone";
import { readMilestone, updateMilestone } from "./store";

const payloadOf = ({ payload }: Job): ActionPayload => payload as unknown as ActionPayload;

const bytesOf = (hash: string | undefined): Uint8Array => Buffer.from(hash ?? "", "hex");

type Builder = (
  chain: ChainRuntime,
  ref: MilestoneRef,
  payload: ActionPayload,
  intent: Intent,
) => Promise<Build>;

/** Builder per action. */
export const BUILDERS: Readonly<Record<MilestoneAction, Builder>> = {
  release_milestone: (chain, ref) => buildRelease(chain, ref),
  submit_milestone: (chain, ref, { hash }) =>
    buildSubmit(chain, { ...ref, evidenceHash: bytesOf(hash) }),
  approve_milestone: (chain, ref) => buildApprove(chain, ref),
  dispute_milestone: (chain, ref, { hash }) =>
    buildDispute(chain, { ...ref, reasonHash: bytesOf(hash) }),
  withdraw_dispute: (chain, ref) => buildWithdrawDispute(chain, ref),
  request_mediation: (chain, ref, { role }, { payer, recipient }) =>
    buildRequestMediation(chain, { ...ref, party: role === "payee" ? recipient! : payer! }),
  resolve_dispute: (chain, ref, { recipientUnits }) =>
    buildResolve(chain, { ...ref, recipientAmount: BigInt(recipientUnits!) }),
  expire_mediation: (chain, ref) => buildExpireMediation(chain, ref),
  settle_milestone: (chain, ref, { recipientUnits }) =>
    buildSettle(chain, { ...ref, recipientAmount: BigInt(recipientUnits!) }),
  reclaim_milestone: (chain, ref, { isAgreed }) => buildReclaim(chain, { ...ref, isAgreed }),
};

/** Returns the handler of one kind of job on a milestone. */
export function milestoneActionHandler(
  context: GatewayContext,
  action: MilestoneAction,
): JobHandler<Sighting> {
  return {
    build: (chain, job) => build(context, chain, action, job),
    signed: (transaction, job) => requireNoDispute(transaction, action, payloadOf(job)),
    async observe(chain, job, receipt) {
      const { part, index } = await locate(context, payloadOf(job));
      return seePolicy(chain, part!.policy!, receipt, { endOf: index });
    },
    async landed(transaction, job, _receipt, sighting) {
      const { intentId, milestoneId } = payloadOf(job);
      const milestone = (await readMilestone(transaction, intentId, milestoneId))!;
      const { part } = placeOf(milestone.milestoneIndex);
      await noteSaid(context, transaction, { milestone, payload: payloadOf(job), sighting });
      await applyPolicy(context, transaction, { intentId, part, sighting });
    },
    failed: (transaction, job, reason) =>
      actionFailed(context, transaction, { action, payload: payloadOf(job), reason }),
    reverted: (transaction, job) =>
      actionReverted(context, transaction, { action, payload: payloadOf(job), job }),
  };
}

/** Writes down what a wallet's request said, before what the chain says about it: the chain has only hashes. */
async function noteSaid(
  context: GatewayContext,
  transaction: Database,
  {
    milestone,
    payload: { labels, dispute, hash },
    sighting: { state },
  }: { milestone: Milestone; payload: ActionPayload; sighting: Sighting },
): Promise<void> {
  if (labels && milestone.completedBy === null) {
    await updateMilestone(transaction, milestone, labels, context.now());
  }
  if (!dispute) return;
  const { index } = placeOf(milestone.milestoneIndex);
  // Another dispute may have been faster: the chain's hash says whose reason it is.
  if (state.milestones[index]?.reasonHash !== hash) return;
  await noteDispute(context, transaction, { milestone, ...dispute, hash: hash!, at: state.time });
}

interface Located {
  intent: Intent;
  milestone: Milestone;
  parts: PartDetails[];
  /** Policy of the milestone; its `policy` is null until it is funded. */
  part: PartDetails | null;
  /** Index within the policy. */
  index: number;
}

async function locate(
  { database }: GatewayContext,
  { intentId, milestoneId }: ActionPayload,
): Promise<Located> {
  const intent = await readIntent(database, intentId);
  const milestone = await readMilestone(database, intentId, milestoneId);
  if (!intent || !milestone) throw new Error(`no milestone ${milestoneId} of ${intentId}`);
  const parts = await listParts(database, intentId);
  const { part, index } = placeOf(milestone.milestoneIndex);
  return { intent, milestone, parts, part: parts[part] ?? null, index };
}

async function build(
  context: GatewayContext,
  chain: ChainRuntime,
  action: MilestoneAction,
  job: Job,
): Promise<Built> {
  const payload = payloadOf(job);
  const located = await locate(context, payload);
  const { intent, parts, part, index } = located;
  const early = await notYet(context, action, payload, located);
  if (early) return early;
  const policy = part!.policy!;
  const state = await readPolicy(chain, policy);
  if (!state) return { do: "fail", reason: `the policy ${policy} is gone` };
  const { recipient } = intent;
  const foreign = foreignReason(state, { objectId: intent.id, part: part!.part, recipient });
  if (foreign) return { do: "fail", reason: foreign };
  if (payload.due !== undefined && dueOf(state, index) !== payload.due) {
    // The milestone went another way: where that way has a time, it has a job of its own.
    return { do: "done", signature: null, slot: null };
  }
  const before = parts.slice(0, part!.part);
  if (action !== "reclaim_milestone" && before.some((each) => each.state === "funded")) {
    return { do: "wait", seconds: 2, reason: "the milestone before it has not ended" };
  }
  const verdict = decideAction({ action, state, index, isAgreed: payload.isAgreed });
  if (verdict.do === "done") {
    const found = await findSignature(chain, policy, { endOf: index });
    return { do: "done", signature: found?.signature ?? null, slot: found?.slot ?? null };
  }
  if (verdict.do !== "act") return verdict;
  if (payload.signed) return buildSigned(job, payload.signed);
  const built = await BUILDERS[action](chain, { policy, index }, payload, intent);
  const { keys, missing } = keysFor(chain, intent.accountId, built.signers);
  if (missing.length > 0) {
    return { do: "fail", reason: `the signature of ${missing.join(", ")} is missing` };
  }
  return { do: "send", instructions: built.instructions, payer: chain.sponsor, signers: keys };
}

/** Returns when the clock alone changes a milestone: silence pays, or a mediation ends. */
function dueOf({ milestones, escrow }: PolicyState, index: number): string | undefined {
  const milestone = milestones[index];
  if (!milestone) return undefined;
  const isOpen = milestone.state === "disputed" || milestone.state === "mediation";
  const due = isOpen ? escrow?.mediationExpiresAt : milestone.silentApprovalAt;
  return due?.toString();
}

/** What only the gateway knows: the money is on its way, or a dispute that is not on chain holds it back. */
async function notYet(
  { database }: GatewayContext,
  action: MilestoneAction,
  payload: ActionPayload,
  { intent, part }: Located,
): Promise<Built | null> {
  if (!part) return { do: "fail", reason: "the schedule is not fixed" };
  if (part.policy === null) {
    return intent.status === "REQUIRES_ACTION"
      ? { do: "fail", reason: intent.problem ?? "the payment is not in escrow" }
      : { do: "wait", seconds: 1, reason: "the payment is not in escrow yet" };
  }
  if (!(await isHeldBack(database, action, payload))) return null;
  return { do: "wait", seconds: DISPUTE_WAIT_SECONDS, reason: DISPUTE_OPEN };
}

/** A dispute may have been raised since the transaction was built: under the intent's lock none can come before the bytes are kept. */
async function requireNoDispute(
  transaction: Database,
  action: MilestoneAction,
  payload: ActionPayload,
): Promise<void> {
  if (!canBeHeldBack(action, payload)) return;
  await lockIntent(transaction, payload.intentId);
  if (!(await isHeldBack(transaction, action, payload))) return;
  throw new NotYetError(DISPUTE_OPEN, DISPUTE_WAIT_SECONDS);
}
