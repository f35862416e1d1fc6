/** Writes what the chain says about a policy: state, events, notices, money, and the project's own end. */
import type { Database } from "@milepost/database";
import type { PolicyStep } from "../../chain/policy-history";
import type { GatewayContext } from "../../context";
import { type ChainProof, recordEvent } from "../../events/record";
import type { EventType } from "../../events/types";
import { foreignReason } from "../../policies/own-policy";
import { closePolicy, recordMovement, recordPolicy } from "../../policies/store";
import { activeIndex, placeOnChain } from "../milestone-status";
import { noticeOf } from "../notices/notice";
import { tellParties } from "../notices/tell";
import type { MilestoneRow, ProjectPolicy, ProjectRow } from "../rows";
import { showMilestone, showProject } from "../show";
import { findProject, touchProject } from "../store";
import { watchOthers } from "./finality-jobs";
import { setProblem } from "./take-back-store";
import { enqueueTimedJobs } from "./timed-jobs";
import { effectsOf, type StepEffect } from "./step-effects";
import {
  confirmDispute,
  confirmSubmission,
  endDispute,
  endSettlement,
  insertProjectPolicy,
  insertSteps,
  setEnded,
  setPayout,
  setPolicyClosed,
  updatePolicyState,
} from "./store";
import type { PolicyUpdate } from "./read-update";

/** Policy that an update is for. `part` counts only for one that is new. */
export interface UpdateTarget {
  project: Pick<ProjectRow, "id" | "account_id" | "mode">;
  part: number;
}

/**
 * Applies an update in one transaction. Repeating it changes nothing: each event of the chain counts once. Returns the project
 * as it is afterwards.
 */
export async function applyUpdate(
  context: GatewayContext,
  transaction: Database,
  { project: { id, account_id: accountId, mode }, part }: UpdateTarget,
  update: PolicyUpdate,
): Promise<ProjectRow> {
  const owner = { accountId, mode };
  const read = async (): Promise<ProjectRow> =>
    (await findProject(transaction, owner, id, { isLocked: true }))!;
  const before = await read();
  const known = before.policies.find(({ address }) => address === update.address);
  const recipient = before.wallets?.contractor ?? null;
  const own = { objectId: id, part: known?.part ?? part, recipient };
  const foreign = update.state && foreignReason(update.state, own);
  if (foreign) {
    await setProblem(transaction, id, `Nothing was written down: ${foreign}.`);
    return read();
  }
  if (update.state?.escrow) {
    await insertProjectPolicy(transaction, before, part, update.state);
    await recordPolicy(
      transaction,
      context.chains[mode]!,
      { accountId, address: update.address, objectId: id, part, kind: "held" },
      context.now(),
    );
    // The state without its escrow would lose how each milestone ended.
    await updatePolicyState(transaction, mode, update.state);
  }
  const fresh = await insertSteps(transaction, before, update.address, update.steps);
  if (fresh.length === 0) return read();
  await watchOthers(context, transaction, before, fresh);
  await setProblem(transaction, id, null);
  const now = fresh.at(-1)!.time;
  const changes = fresh.flatMap((step) => effectsOf(step).map((effect) => ({ step, effect })));
  for (const { step, effect } of changes) {
    await applyEffect(context, transaction, await read(), update.address, step, effect);
  }
  await enqueueTimedJobs(context, transaction, await read(), update.address);
  await endIfDone(transaction, await read(), now);
  await touchProject(transaction, id, context.now());
  const after = await read();
  const proofOf = (step: PolicyStep): ChainProof => ({
    signature: step.signature,
    slot: step.slot,
    account: update.escrow!,
    // Only the newest transaction has the state that was read.
    accountHash: step === update.steps.at(-1) ? update.escrowHash : null,
  });
  for (const { step, effect } of changes) {
    await recordEffect(context, transaction, after, update.address, effect, proofOf(step), now);
  }
  await recordProgress(context, transaction, before, after, now);
  return after;
}

const policyAt = ({ policies }: ProjectRow, address: string): ProjectPolicy =>
  policies.find((policy) => policy.address === address)!;

/** Returns the milestone of a policy's index. */
function milestoneAt(project: ProjectRow, address: string, index: number): MilestoneRow {
  return project.milestones[policyAt(project, address).part * 4 + index]!;
}

async function applyEffect(
  context: GatewayContext,
  transaction: Database,
  project: ProjectRow,
  policy: string,
  step: PolicyStep,
  effect: StepEffect,
): Promise<void> {
  const { mode } = project;
  const now = context.now();
  const move = (kind: "funded" | "paid" | "refunded", index: number, units: bigint) =>
    units === 0n
      ? Promise.resolve()
      : recordMovement(
          transaction,
          { mode, policy, index, kind, units, signature: step.signature },
          now,
        );
  if (effect.kind === "closed") {
    await applyClosing(transaction, project, policy, effect.at, now, move);
    return;
  }
  if (effect.kind === "accepted") return;
  const milestoneId = milestoneAt(project, policy, effect.index).id;
  switch (effect.kind) {
    case "funded":
      return move("funded", effect.index, effect.units);
    case "submitted":
      return confirmSubmission(transaction, milestoneId, effect.evidenceHash, effect.at);
    case "disputed":
      return confirmDispute(transaction, milestoneId, effect.reasonHash, effect.at);
    case "dispute_withdrawn":
      return endDispute(transaction, milestoneId, "withdrawn", effect.at);
    case "mediation_requested":
      return;
    case "ended": {
      const { payout, index } = effect;
      const fees = payout.gatewayFee + payout.protocolFee + payout.platformFee;
      await move("paid", index, payout.recipientAmount + fees);
      await move("refunded", index, payout.refunded);
      await setPayout(transaction, milestoneId, payout);
      await endDispute(transaction, milestoneId, payout.ending, payout.at);
      const isSettled = payout.ending === "settled";
      await endSettlement(transaction, milestoneId, isSettled ? "settled" : "replaced", now);
    }
  }
}

/** A closing returns what was funded and never accepted. */
async function applyClosing(
  transaction: Database,
  project: ProjectRow,
  policy: string,
  at: bigint,
  now: Date,
  move: (kind: "refunded", index: number, units: bigint) => Promise<void>,
): Promise<void> {
  for (const { index, funded, paid, refunded } of policyAt(project, policy).state.milestones) {
    if (paid + refunded === 0n) await move("refunded", index, funded);
  }
  await setPolicyClosed(transaction, project.mode, policy, at);
  await closePolicy(transaction, { mode: project.mode, address: policy }, now);
}

/** Ends a project whose milestones have all ended, or whose escrow was closed before they had. */
async function endIfDone(transaction: Database, project: ProjectRow, now: bigint): Promise<void> {
  const isPaidOut = project.milestones.every(({ payout }) => payout !== null);
  if (isPaidOut) return setEnded(transaction, project.id, "completed", now);
  const isClosedEarly = project.policies.some(({ closed_at, state, part }) => {
    const members = project.milestones.slice(part * 4, part * 4 + state.milestones.length);
    return closed_at !== null && members.some(({ payout }) => payout === null);
  });
  if (isClosedEarly) await setEnded(transaction, project.id, "canceled", now);
}

const EVENT_TYPES: Readonly<Record<Exclude<StepEffect["kind"], "ended">, EventType>> = {
  funded: "project.milestone.funded",
  accepted: "project.terms_accepted",
  submitted: "project.milestone.submitted",
  disputed: "project.milestone.disputed",
  dispute_withdrawn: "project.milestone.dispute_withdrawn",
  mediation_requested: "project.milestone.mediation_requested",
  closed: "project.escrow_closed",
};

const ENDING_TYPES = {
  executed: "project.milestone.completed",
  approved: "project.milestone.completed",
  resolved: "project.milestone.resolved",
  expired: "project.milestone.resolved",
  settled: "project.milestone.resolved",
  reclaimed: "project.milestone.refunded",
} as const;

async function recordEffect(
  context: GatewayContext,
  transaction: Database,
  project: ProjectRow,
  policy: string,
  effect: StepEffect,
  chain: ChainProof,
  now: bigint,
): Promise<void> {
  const { account_id: accountId, mode } = project;
  const type =
    effect.kind === "ended" ? ENDING_TYPES[effect.payout.ending] : EVENT_TYPES[effect.kind];
  const isOfProject = effect.kind === "accepted" || effect.kind === "closed";
  const milestone = isOfProject ? null : milestoneAt(project, policy, effect.index);
  const subject = milestone
    ? { objectId: milestone.id, data: showMilestone(project, milestone, now) }
    : { objectId: project.id, data: showProject(project, now) };
  await recordEvent(transaction, { accountId, mode, type, ...subject, chain }, context.now());
  const place = milestone && placeOnChain(project, milestone.index, now);
  const notice = noticeOf({ project, milestone, place }, effect);
  if (!notice) return;
  const about = { project, milestoneId: milestone?.id ?? null, at: now };
  await tellParties(context, transaction, about, notice);
}

/** Records that the next milestone's turn has come, or that the project has ended. */
async function recordProgress(
  context: GatewayContext,
  transaction: Database,
  before: ProjectRow,
  after: ProjectRow,
  now: bigint,
): Promise<void> {
  const owner = { accountId: after.account_id, mode: after.mode };
  const next = activeIndex(after, now);
  if (next !== null && next !== activeIndex(before, now)) {
    const milestone = after.milestones[next]!;
    const type = "project.milestone.activated";
    const data = showMilestone(after, milestone, now);
    await recordEvent(transaction, { ...owner, type, objectId: milestone.id, data }, context.now());
  }
  if (after.status === before.status) return;
  const type = `project.${after.status}` as const;
  const data = showProject(after, now);
  await recordEvent(transaction, { ...owner, type, objectId: after.id, data }, context.now());
}
