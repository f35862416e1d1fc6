/** Rule of the actions that a page offers a party: from the program's own rules, in a safe order. */
import type { PartyAction } from "../chain/party-actions";
import { activeIndex } from "../projects/milestone-status";
import { placeOf } from "../chain";
import type { PartyRole, ProjectRow } from "../projects/rows";
import { ACTIONS, type ActionName, type PossibleAction } from "./schema";

/** Path below the milestone, or below the project for actions without one. */
const PATHS: Readonly<Record<ActionName, string>> = {
  accept_settlement: "/settlement/accept",
  approve: "/approve",
  dispute: "/dispute",
  accept_terms: "/accept-terms",
  submit: "/submit",
  decide: "/decision",
  finalize: "/finalize",
  edit_milestones: "/milestones",
  fund: "/fund",
  withdraw_dispute: "/dispute/withdraw",
  request_mediation: "/mediation",
  write_message: "/dispute/messages",
  propose_settlement: "/settlement",
  withdraw_settlement: "/settlement/withdraw",
  reclaim: "/reclaim",
  pay_early: "/approve",
  close: "/close",
};

/** Names of the program's instructions as the API has them; instructions without an entry have no endpoint. */
const NAMES: Readonly<Partial<Record<PartyAction["instruction"], ActionName>>> = {
  approveMilestone: "approve",
  disputeMilestone: "dispute",
  acceptEscrow: "accept_terms",
  submitMilestone: "submit",
  resolveDispute: "decide",
  fundMilestones: "fund",
  withdrawDispute: "withdraw_dispute",
  requestMediation: "request_mediation",
  settleMilestone: "propose_settlement",
  reclaimMilestone: "reclaim",
  closeEscrow: "close",
};

/** A settlement that waits for the other party. */
export interface OpenProposal {
  milestoneId: string;
  proposedBy: string;
}

/** What the actions of a party depend on. */
export interface ActionSource {
  project: ProjectRow;
  role: PartyRole;
  /** Part of the policy that the chain's answer is about; null before there is one. */
  part: number | null;
  proposal: OpenProposal | null;
  hasOpenDispute: boolean;
  now: bigint;
}

/** Returns the API's actions for the program's, in the order of `ACTIONS`. */
export function possibleActions(
  source: ActionSource,
  fromChain: readonly PartyAction[],
): PossibleAction[] {
  const actions = [...fromChain.flatMap((action) => ofChain(source, action)), ...offChain(source)];
  return actions.sort((a, b) => ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action));
}

/** Returns the actions that become possible later, the earliest first. */
export const laterActions = (
  source: ActionSource,
  fromChain: readonly PartyAction[],
): PossibleAction[] => fromChain.flatMap((action) => ofChain(source, action));

function ofChain(source: ActionSource, action: PartyAction): PossibleAction[] {
  const { project, part } = source;
  const name = NAMES[action.instruction];
  if (name === undefined || part === null) return [];
  // Both together may also refund: a settlement of 0.00 says the same.
  if (action.isJoint && name === "reclaim") return [];
  if (action.index === null) return [shown(project, name, null, action)];
  const milestone = project.milestones.find(({ index }) => {
    const place = placeOf(index);
    return place.part === part && place.index === action.index;
  })!;
  return [shown(project, action.isEarly ? "pay_early" : name, milestone.id, action)];
}

/** Actions that need no transaction, and the first funding of a part. */
function offChain({ project, role, part, proposal, hasOpenDispute, now }: ActionSource) {
  const actions: PossibleAction[] = [];
  const add = (name: ActionName, milestoneId: string | null): void => {
    actions.push(shown(project, name, milestoneId, { from: null, until: null }));
  };
  if (project.status === "draft" && role === "homeowner") {
    add("finalize", null);
    add("edit_milestones", null);
  }
  const active = activeIndex(project, now);
  if (active === null) return actions;
  const milestone = project.milestones[active]!;
  const isNewPart = part === null || placeOf(active).part !== part;
  if (isNewPart && role === "homeowner") add("fund", milestone.id);
  if (proposal && role !== "mediator") {
    const isOwn = project.parties[role].id === proposal.proposedBy;
    add(isOwn ? "withdraw_settlement" : "accept_settlement", proposal.milestoneId);
  }
  if (hasOpenDispute) add("write_message", milestone.id);
  return actions;
}

function shown(
  { id }: ProjectRow,
  action: ActionName,
  milestoneId: string | null,
  { from, until }: Pick<PartyAction, "from" | "until">,
): PossibleAction {
  const numberOf = (seconds: bigint | null) => (seconds === null ? null : Number(seconds));
  const below = milestoneId === null ? "" : `/milestones/${milestoneId}`;
  return {
    action,
    milestoneId,
    method: action === "edit_milestones" ? "PATCH" : "POST",
    path: `/v1/projects/${id}${below}${PATHS[action]}`,
    from: numberOf(from),
    until: numberOf(until),
  };
}
