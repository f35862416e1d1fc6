/** Projects as the API shows them, at the chain's time. */
import type { Caller } from "../caller/caller";
import { formatAmount } from "../money/amount";
import { feeOf } from "../money/split";
import { toSeconds } from "../time/seconds";
import {
  activeIndex,
  milestoneStatus,
  type MilestonePlace,
  placeOnChain,
} from "./milestone-status";
import {
  type MilestoneRow,
  PARTY_ROLES,
  type PartyRole,
  type Payout,
  type PendingAction,
  type ProjectRow,
} from "./rows";
import type { Project, ProjectMilestone } from "./schema";

/** Returns a project as the API shows it. `now` is the chain's time. */
export function showProject(project: ProjectRow, now: bigint): Project {
  const { decimals, terms } = project;
  const fees = project.milestones.map(({ amount }) => feeOf(amount, terms.platformFeeBps));
  const fee = fees.reduce((sum, next) => sum + next, 0n);
  const active = activeIndex(project, now);
  return {
    id: project.id,
    object: "project",
    status: project.status,
    title: project.title,
    bidId: project.bid_id,
    projectType: project.project_type,
    size: project.size,
    currency: project.currency,
    amount: formatAmount(project.amount, decimals),
    fee: formatAmount(fee, decimals),
    total: formatAmount(project.amount + fee, decimals),
    releaseRule: project.release_condition === 5 ? "approval_after_due_date" : "approval",
    terms,
    homeowner: showParty(project, "homeowner"),
    contractor: showParty(project, "contractor"),
    mediator: showParty(project, "mediator"),
    milestones: project.milestones.map((milestone) => showMilestone(project, milestone, now)),
    activeMilestone: active === null ? null : project.milestones[active]!.id,
    policies: project.policies.map(({ part, address, escrow, vault, state, closed_at }) => ({
      part,
      policy: address,
      escrow,
      vault,
      milestones: state.milestones.length,
      termsAccepted: numberOf(state.escrow?.acceptedAt ?? null),
      closed: numberOf(closed_at),
    })),
    pendingAction: project.pending && showPending(project.pending),
    problem: project.problem,
    metadata: project.metadata,
    created: toSeconds(project.created_at),
    updated: toSeconds(project.updated_at),
    finalized: numberOf(project.finalized_at),
    ended: numberOf(project.ended_at),
  };
}

/** Returns a project as its caller may see it: a party sees nobody else's mail address, and not what the platform notes for itself. */
export function showProjectTo({ session }: Caller, project: ProjectRow, now: bigint): Project {
  const shown = showProject(project, now);
  if (session?.role !== "party") return shown;
  for (const role of PARTY_ROLES) {
    if (project.wallets?.[role] !== session.wallet) shown[role] = { ...shown[role], email: null };
  }
  return { ...shown, metadata: {} };
}

/**
 * Returns a milestone as the API shows it: amount for the contractor, fee on top, total that the homeowner pays, and what the
 * chain says at `now`.
 */
export function showMilestone(
  project: ProjectRow,
  milestone: MilestoneRow,
  now: bigint,
): ProjectMilestone {
  const { decimals, terms } = project;
  const { index } = milestone;
  const fee = feeOf(milestone.amount, terms.platformFeeBps);
  const place = placeOnChain(project, index, now);
  return {
    id: milestone.id,
    object: "project_milestone",
    projectId: milestone.project_id,
    index,
    status: milestoneStatus(project, index, now),
    isActive: activeIndex(project, now) === index,
    title: milestone.title,
    description: milestone.description,
    verificationMethod: milestone.verification_method,
    amount: formatAmount(milestone.amount, decimals),
    fee: formatAmount(fee, decimals),
    total: formatAmount(milestone.amount + fee, decimals),
    dueDate: numberOf(milestone.due_date),
    ...showTimes(place),
    payout: milestone.payout && showPayout(milestone.payout, decimals),
    chain: place && {
      policy: place.policy.address,
      escrow: place.policy.escrow,
      vault: place.policy.vault,
      index: place.milestone.index,
      state: place.milestone.state,
      evidenceHash: place.milestone.evidenceHash,
      reasonHash: place.milestone.reasonHash,
    },
  };
}

/** Returns what has happened and what happens next, as far as the milestone's state has such times. */
function showTimes(place: MilestonePlace | null) {
  const state = place?.milestone.state;
  const escrow = place?.policy.state.escrow ?? null;
  const isSubmitted = state === "submitted";
  const isInDispute = state === "disputed" || state === "mediation";
  return {
    submitted: numberOf(place?.milestone.submittedAt ?? null),
    disputed: numberOf(place?.milestone.disputedAt ?? null),
    disputeUntil: numberOf(isSubmitted ? place!.milestone.disputeClosesAt : null),
    paidBySilenceAt: numberOf(isSubmitted ? place!.milestone.silentApprovalAt : null),
    mediationStarts: numberOf(isInDispute ? (escrow?.mediationAt ?? null) : null),
    mediationEnds: numberOf(isInDispute ? (escrow?.mediationExpiresAt ?? null) : null),
    takeBackFrom: numberOf(state === "funded" ? place!.milestone.reclaimableAt : null),
  };
}

function showPayout(payout: Payout, decimals: number) {
  const text = (units: bigint): string => formatAmount(units, decimals);
  return {
    ending: payout.ending,
    amount: text(payout.amount),
    received: text(payout.recipientAmount),
    gatewayFee: text(payout.gatewayFee),
    protocolFee: text(payout.protocolFee),
    platformFee: text(payout.platformFee),
    refunded: text(payout.refunded),
    signature: payout.signature,
    at: Number(payout.at),
  };
}

/** Returns an action that has not landed yet, as the API shows it. */
export const showPending = ({ id, kind, milestone_id, person_id, created_at }: PendingAction) => ({
  id,
  object: "project_action" as const,
  action: kind,
  state: "pending" as const,
  milestoneId: milestone_id,
  party: person_id,
  created: toSeconds(created_at),
});

function showParty({ parties, wallets }: ProjectRow, role: PartyRole) {
  const { id, name, email, wallet } = parties[role];
  return { id, name, email, wallet: wallets?.[role] ?? wallet };
}

/** Unix seconds fit a number. */
const numberOf = (seconds: bigint | null): number | null =>
  seconds === null ? null : Number(seconds);
