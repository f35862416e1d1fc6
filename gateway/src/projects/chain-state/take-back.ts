/** Takes back what a transaction had done to a project, when the chain dropped it before it was final. Never silently. */
import type { Database } from "@milepost/database";
import type { PolicyState } from "../../chain/policy-state";
import type { GatewayContext } from "../../context";
import { recordEvent } from "../../events/record";
import { removeMovements, removePolicy, reopenPolicy } from "../../policies/store";
import { oneLine } from "../notices/notice";
import { tellParties } from "../notices/tell";
import { PARTY_ROLES, type ProjectRow } from "../rows";
import { showProject } from "../show";
import { findProject, touchProject } from "../store";
import { effectsOf, type StepEffect } from "./step-effects";
import { type StepRow, updatePolicyState } from "./store";
import {
  removePayout,
  removeProjectPolicy,
  removeSteps,
  reopenDispute,
  reopenProject,
  reopenProjectPolicy,
  reopenSubmission,
  setProblem,
  unconfirmDispute,
} from "./take-back-store";

/** A transaction that is gone. */
export interface Dropped {
  project: Pick<ProjectRow, "id" | "account_id" | "mode">;
  signature: string;
  /** What happens now, for people. */
  consequence: string;
  /** States of the project's policies as the chain has them now; null where one is gone. */
  states: ReadonlyMap<string, PolicyState | null>;
  /** The chain's time. */
  now: bigint;
}

/** Type of the event. */
export const REVERTED_EVENT = "project.reverted";

/**
 * Removes the transaction's steps and what they led to, sets the project's problem, records the event and tells every party.
 * Repeating it changes nothing. Returns false where the project had nothing of the transaction.
 */
export async function takeBack(
  context: GatewayContext,
  transaction: Database,
  { project: { id, account_id: accountId, mode }, signature, consequence, states, now }: Dropped,
): Promise<boolean> {
  const owner = { accountId, mode };
  const read = async (): Promise<ProjectRow> =>
    (await findProject(transaction, owner, id, { isLocked: true }))!;
  const before = await read();
  const steps = await removeSteps(transaction, { projectId: id, signature });
  if (steps.length === 0) return false;
  for (const step of steps) {
    for (const effect of effectsOf(step)) await undo(transaction, before, step, effect);
  }
  for (const address of new Set(steps.map(({ policy }) => policy))) {
    if (await removeProjectPolicy(transaction, mode, address)) {
      await removePolicy(transaction, { mode, address });
      continue;
    }
    const state = states.get(address);
    if (state?.escrow) await updatePolicyState(transaction, mode, state);
    await reopenPolicy(transaction, { mode, address });
  }
  const problem = `The chain rolled back the transaction ${signature} before it was final. ${consequence}`;
  await setProblem(transaction, id, problem);
  await touchProject(transaction, id, context.now());
  const after = await read();
  const data = showProject(after, now);
  await recordEvent(
    transaction,
    { ...owner, type: REVERTED_EVENT, objectId: id, data },
    context.now(),
  );
  await tellParties(
    context,
    transaction,
    { project: after, milestoneId: null, at: now },
    {
      kind: REVERTED_EVENT,
      roles: PARTY_ROLES,
      subject: `The chain undid a step of "${oneLine(after.title)}"`,
      text: `${problem}\n\nProject: ${id}`,
    },
  );
  return true;
}

async function undo(
  transaction: Database,
  project: ProjectRow,
  { policy }: StepRow,
  effect: StepEffect,
): Promise<void> {
  const { mode } = project;
  const known = project.policies.find(({ address }) => address === policy)!;
  const moved = (index: number, kinds: ("funded" | "paid" | "refunded")[]) =>
    removeMovements(transaction, { mode, policy, index }, kinds);
  if (effect.kind === "accepted" || effect.kind === "mediation_requested") return;
  if (effect.kind === "closed") {
    for (const { index, paid, refunded } of known.state.milestones) {
      if (paid + refunded === 0n) await moved(index, ["refunded"]);
    }
    await reopenProjectPolicy(transaction, mode, policy);
    return reopenProject(transaction, project.id);
  }
  const milestoneId = project.milestones[known.part * 4 + effect.index]!.id;
  switch (effect.kind) {
    case "funded":
      return moved(effect.index, ["funded"]);
    case "submitted":
      return reopenSubmission(transaction, milestoneId, effect.evidenceHash, effect.at);
    case "disputed":
      return unconfirmDispute(transaction, milestoneId, effect.reasonHash, effect.at);
    case "dispute_withdrawn":
      return reopenDispute(transaction, milestoneId, "withdrawn", effect.at);
    case "ended": {
      const { ending, at } = effect.payout;
      await moved(effect.index, ["paid", "refunded"]);
      await removePayout(transaction, milestoneId);
      await reopenDispute(transaction, milestoneId, ending, at);
      return reopenProject(transaction, project.id);
    }
  }
}
