/** Rule: which step is possible in which state and at which time. The program decides the same way; this one says why. */
import { type EscrowAction, nextState } from "@milepost/sdk";
import { placeOf } from "../chain";
import { GatewayError } from "../errors/gateway-error";
import { showTime } from "../time/show-time";
import { type MilestonePlace, placeOnChain } from "../projects/milestone-status";
import type { MilestoneRow, ProjectRow } from "../projects/rows";

/** Steps on a milestone, with the program's name for each. */
const MILESTONE_STEPS = {
  fund: "fundMilestones",
  submit: "submitMilestone",
  approve: "approveMilestone",
  dispute: "disputeMilestone",
  withdraw_dispute: "withdrawDispute",
  request_mediation: "requestMediation",
  decide: "resolveDispute",
  settle: "settleMilestone",
  reclaim: "reclaimMilestone",
} as const satisfies Record<string, EscrowAction>;

/** A step on a milestone. */
export type MilestoneStep = keyof typeof MILESTONE_STEPS;
/** A step on a milestone, or on a part's escrow. */
export type Step = MilestoneStep | "accept_terms" | "close";

const refuse = (message: string): GatewayError =>
  new GatewayError("invalid_state_transition", message);

/**
 * Refuses a step on a milestone that the program would refuse at `now`.
 * Throws `GatewayError`: `invalid_state_transition`, and `conflict` while another step is being confirmed.
 */
export function requireStep(
  step: MilestoneStep,
  project: ProjectRow,
  milestone: MilestoneRow,
  now: bigint,
): void {
  refuseDraft(project);
  const place = placeOnChain(project, milestone.index, now);
  const state = place?.milestone.state ?? "unfunded";
  if (state === "released") throw refuse("Milestone already completed");
  if (state === "resolved") throw refuse("Milestone already resolved");
  if (state === "refunded") throw refuse("Milestone already refunded");
  refuseEnded(project);
  refusePending(project);
  if (step === "fund") return requireFundable(project, milestone, now);
  refuseEarlierOpen(project, milestone, now);
  const refusal = refusalOf(step, state);
  if (refusal) throw refuse(refusal);
  requireAccepted(project, place!);
  requireTime(step, place!, now);
}

/** Refuses the acceptance of terms that are not there, or are accepted. Returns the part whose terms are to be accepted. */
export function requireAcceptable(project: ProjectRow): number {
  refuseDraft(project);
  refuseEnded(project);
  refusePending(project);
  const policy = project.policies.at(-1);
  if (!policy) {
    throw refuse(
      "There are no terms on chain yet. The homeowner funds the first milestone; then accept.",
    );
  }
  if (policy.state.escrow?.acceptedAt) {
    throw refuse(
      `The terms were accepted at ${showTime(policy.state.escrow.acceptedAt)}. Nothing is left to accept.`,
    );
  }
  return policy.part;
}

/** Refuses the closing of an escrow that holds money. Returns the part that is closed. */
export function requireClosable(project: ProjectRow): number {
  refuseDraft(project);
  refusePending(project);
  const policy = project.policies.find(({ closed_at }) => closed_at === null);
  if (!policy) throw refuse("No escrow of this project is open. Nothing is left to close.");
  const { escrow, outstanding } = policy.state;
  if (escrow?.acceptedAt && outstanding > 0n) {
    throw refuse(
      "The escrow holds money that the contractor may still earn. End the funded milestone first, or settle it together.",
    );
  }
  return policy.part;
}

/** What a rule needs of an action that was allowed before. */
export interface AllowedBefore {
  kind: Step;
  part: number;
  milestone_id: string | null;
  payload: { evidenceHash?: string };
}

/**
 * Refuses an action that the project's state no longer allows at `now`: what its party signed is then not what they saw.
 * Throws `GatewayError`.
 */
export function requireStillPossible(
  project: ProjectRow,
  { kind, part, milestone_id, payload }: AllowedBefore,
  now: bigint,
): void {
  if (kind === "accept_terms" || kind === "close") {
    const newest = kind === "close" ? requireClosable(project) : requireAcceptable(project);
    if (newest === part) return;
    throw refuse("The project's escrow has changed. Request the step again.");
  }
  const milestone = project.milestones.find(({ id }) => id === milestone_id)!;
  requireStep(kind, project, milestone, now);
  const submitted = placeOnChain(project, milestone.index, now)?.milestone.evidenceHash ?? null;
  if (kind !== "approve" || submitted === (payload.evidenceHash ?? null)) return;
  throw new GatewayError(
    "conflict",
    "The contractor has submitted again since this transaction was built. Review the newest submission, then request the approval again.",
  );
}

function refuseDraft({ id, status }: ProjectRow): void {
  if (status === "draft") throw refuse(`The project ${id} is a draft. Finalize it first.`);
}

function refuseEnded({ id, status }: ProjectRow): void {
  if (status === "completed" || status === "canceled") {
    throw refuse(`The project ${id} is ${status}. Nothing more can happen to it.`);
  }
}

function refusePending({ pending }: ProjectRow): void {
  if (!pending) return;
  throw new GatewayError(
    "conflict",
    `Another step of this project is being confirmed: ${pending.kind} (${pending.id}). Read the project again in a second.`,
    { retryAfter: 1 },
  );
}

/** A part's next milestone is funded in order; another part's, once the part before has ended. */
function requireFundable(project: ProjectRow, { index }: MilestoneRow, now: bigint): void {
  const stateOf = (at: number) => placeOnChain(project, at, now)?.milestone.state ?? "unfunded";
  if (stateOf(index) !== "unfunded") throw refuse("Milestone already funded");
  if (index === 0) return;
  if (placeOf(index).index > 0) {
    if (stateOf(index - 1) === "unfunded") {
      throw refuse(`Previous milestone (index ${index - 1}) must be funded first`);
    }
    return;
  }
  const open = Array.from({ length: index }, (_, at) => at).find((at) => !isEnded(stateOf(at)));
  if (open !== undefined) {
    throw refuse(
      `Previous milestone (index ${open}) must be completed first: milestone ${index} begins a new escrow`,
    );
  }
}

const isEnded = (state: string): boolean => ["released", "resolved", "refunded"].includes(state);

function refuseEarlierOpen(project: ProjectRow, { index }: MilestoneRow, now: bigint): void {
  for (let at = 0; at < index; at += 1) {
    const state = placeOnChain(project, at, now)?.milestone.state ?? "unfunded";
    if (!isEnded(state)) throw refuse(`Previous milestone (index ${at}) must be completed first`);
  }
}

function requireAccepted({ id }: ProjectRow, { policy }: MilestonePlace): void {
  if (policy.state.escrow?.acceptedAt) return;
  throw refuse(
    `The contractor has not accepted the terms. They accept them first: POST /v1/projects/${id}/accept-terms.`,
  );
}

/** Returns why the program's table has no such transition, or null where it has. */
function refusalOf(
  step: MilestoneStep,
  state: MilestonePlace["milestone"]["state"],
): string | null {
  const verdict = nextState(state, MILESTONE_STEPS[step]);
  switch (verdict.error) {
    case null:
      return null;
    case "MilestoneNotFunded":
      return "The milestone is not funded. The homeowner funds it first.";
    case "MilestoneInMediation":
      return "The milestone is in mediation. The mediator decides, or both parties settle.";
    case "MilestoneInDispute":
      return step === "reclaim"
        ? "The milestone is disputed. Request mediation, or settle it together."
        : "The milestone is disputed. Withdraw the dispute, submit again, request mediation, or settle it together.";
    case "MediationNotStarted":
      return "Mediation has not started. Request it, or wait until it starts by itself.";
    case "MilestoneNotDisputed":
      return "The milestone is not disputed.";
    case "MilestoneNotSubmitted":
      return "The contractor has not submitted the milestone.";
    case "MilestoneAlreadySubmitted":
      return step === "submit"
        ? "The milestone is submitted already. The homeowner reviews it; a new submission is possible after a dispute."
        : "The milestone is submitted. Approve it, dispute it, or settle it together.";
    default:
      return `The milestone's state does not allow this step (${verdict.error}).`;
  }
}

function requireTime(
  step: MilestoneStep,
  { policy, milestone }: MilestonePlace,
  now: bigint,
): void {
  const { state } = policy;
  switch (step) {
    case "approve":
      if (state.releaseCondition === 5 && now < milestone.timestamp) {
        throw refuse(`The milestone can be approved from ${showTime(milestone.timestamp)} on.`);
      }
      return;
    case "dispute": {
      const { disputeClosesAt, silentApprovalAt } = milestone;
      if (now < disputeClosesAt!) return;
      throw refuse(
        `The dispute window closed at ${showTime(disputeClosesAt!)}. The milestone is paid by itself at ${showTime(silentApprovalAt!)}, unless it is approved or settled before.`,
      );
    }
    case "decide": {
      const expiresAt = state.escrow!.mediationExpiresAt!;
      if (now < expiresAt) return;
      throw refuse(
        `The mediation timed out at ${showTime(expiresAt)}. The agreed split is paid by itself.`,
      );
    }
    case "reclaim": {
      const from = milestone.reclaimableAt!;
      if (now < from) throw refuse(`The money can be taken back from ${showTime(from)} on.`);
      return;
    }
    default:
  }
}
