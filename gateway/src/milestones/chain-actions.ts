/** What a job makes of a milestone as the chain has it: act, wait, leave it, or give up. Pure. */
import type { PolicyMilestone, PolicyState } from "../chain";

/** Jobs on one milestone, by the instruction that they send. */
export const MILESTONE_ACTIONS = [
  "release_milestone",
  "submit_milestone",
  "approve_milestone",
  "dispute_milestone",
  "withdraw_dispute",
  "request_mediation",
  "resolve_dispute",
  "expire_mediation",
  "settle_milestone",
  "reclaim_milestone",
] as const;

/** Name of a job on one milestone. */
export type MilestoneAction = (typeof MILESTONE_ACTIONS)[number];

/** Transactions that a party's wallet signs in live mode. */
export const WALLET_ACTIONS = [
  "accept_terms",
  "submit_milestone",
  "approve_milestone",
  "dispute_milestone",
  "withdraw_dispute",
  "request_mediation",
  "resolve_dispute",
  "settle_milestone",
  "reclaim_milestone",
] as const;

/** Name of a transaction of `WALLET_ACTIONS`. */
export type WalletAction = (typeof WALLET_ACTIONS)[number];

/** What to do. */
export type Verdict =
  | { do: "act" }
  | { do: "done" }
  | { do: "wait"; seconds: number; reason: string }
  | { do: "fail"; reason: string };

/** What else decides. */
export interface ActionInput {
  action: MilestoneAction;
  state: PolicyState;
  /** Index within the policy. */
  index: number;
  /** True where both parties sign a refund. */
  isAgreed?: boolean;
}

const ACT: Verdict = { do: "act" };
const DONE: Verdict = { do: "done" };
const fail = (reason: string): Verdict => ({ do: "fail", reason });

/** Returns the wait until a second of the chain's clock; no longer than a minute, because that clock may be moved. */
function waitUntil(at: bigint | null, now: bigint, reason: string): Verdict {
  const left = at === null ? 60 : Number(at - now);
  return { do: "wait", seconds: Math.min(Math.max(left, 1), 60), reason };
}

/** Returns what a job does. Whatever has ended is left: the end is written down as the chain has it. */
export function decideAction({ action, state, index, isAgreed }: ActionInput): Verdict {
  const milestone = state.milestones[index];
  if (!milestone) return fail(`the policy has no milestone ${index}`);
  if (["released", "refunded", "resolved"].includes(milestone.state)) return DONE;
  if (state.funding === "closed") return fail("the escrow is closed");
  if (index !== state.currentMilestone) {
    return { do: "wait", seconds: 2, reason: "the milestone before it has not ended" };
  }
  if (milestone.state === "unfunded" && state.funding === "held") return fail("it is not funded");
  return RULES[action](milestone, state, isAgreed ?? false);
}

type Rule = (milestone: PolicyMilestone, state: PolicyState, isAgreed: boolean) => Verdict;

const RULES: Readonly<Record<MilestoneAction, Rule>> = {
  release_milestone({ state, silentApprovalAt, timestamp }, { releaseCondition, time }) {
    if (state === "disputed" || state === "mediation") {
      return { do: "wait", seconds: 30, reason: "a dispute is open" };
    }
    if ((releaseCondition & 1) === 1 && time < timestamp) {
      return waitUntil(timestamp, time, "the time lock has not ended");
    }
    const isSilence = releaseCondition === 4 || releaseCondition === 5;
    if (!isSilence) return ACT;
    if (silentApprovalAt === null) return fail("the payer approves: the gateway cannot release");
    return time < silentApprovalAt
      ? waitUntil(silentApprovalAt, time, "the payer may still approve or dispute")
      : ACT;
  },
  submit_milestone: ({ state }) =>
    state === "funded" || state === "disputed"
      ? ACT
      : state === "submitted"
        ? DONE
        : fail("mediation has begun"),
  approve_milestone({ state, timestamp }, { releaseCondition, time }) {
    if (state === "disputed" || state === "mediation") return fail("a dispute is open");
    const isEarly = (releaseCondition & 1) === 1 && time < timestamp;
    return isEarly ? fail(`it is not due before ${timestamp}`) : ACT;
  },
  dispute_milestone({ state, disputeClosesAt }, { time }) {
    if (state === "disputed" || state === "mediation") return DONE;
    if (state !== "submitted") return fail("nothing was submitted yet");
    const isLate = disputeClosesAt !== null && time >= disputeClosesAt;
    return isLate ? fail(`the time for a dispute ended at ${disputeClosesAt}`) : ACT;
  },
  withdraw_dispute: ({ state }) =>
    state === "disputed" ? ACT : state === "mediation" ? fail("mediation has begun") : DONE,
  request_mediation: ({ state }) =>
    state === "disputed" ? ACT : state === "mediation" ? DONE : fail("no dispute is open"),
  resolve_dispute({ state }, { escrow, time }) {
    const expiresAt = escrow?.mediationExpiresAt ?? null;
    if (state === "mediation") {
      const isLate = expiresAt !== null && time >= expiresAt;
      return isLate ? fail(`the time for a decision ended at ${expiresAt}`) : ACT;
    }
    return fail(state === "disputed" ? "mediation has not begun" : "no dispute is open");
  },
  expire_mediation({ state }, { escrow, time }) {
    if (state !== "mediation" && state !== "disputed") return DONE;
    const expiresAt = escrow?.mediationExpiresAt ?? null;
    return expiresAt !== null && time >= expiresAt
      ? ACT
      : waitUntil(expiresAt, time, "the mediator may still decide");
  },
  settle_milestone: () => ACT,
  reclaim_milestone({ state, reclaimableAt }, { time }, isAgreed) {
    if (isAgreed) return ACT;
    if (state !== "funded") return fail("it was submitted: approve it, or dispute it");
    const isEarly = reclaimableAt === null || time < reclaimableAt;
    return isEarly ? fail(`the delivery is not overdue before ${reclaimableAt}`) : ACT;
  },
};
