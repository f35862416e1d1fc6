/**
 * What the program should do with held and delegated policies, as plain state and bigint arithmetic, written from
 * `docs/escrow.md` and decision 0003. `decide` answers with the name of the error an action must fail with, or with what
 * it changes.
 */
import { isDeepStrictEqual } from "node:util";
import type { Person } from "../world";
import type { Action, ActionKind, ActionOf, MilestoneAction } from "./actions";
import { addressOf } from "./cast";
import { finalize, fundingOf, makeReady, payoutOf, pull } from "./model-money";
import { deadlinesOf, indexFault, milestoneFault, type Outcome } from "./model-rules";
import { openEscrow, createPolicy } from "./model-opening";
import {
  currentMilestone,
  currentOf,
  type EscrowState,
  type HeldMilestone,
  isCompleted,
  type LivePolicy,
  type Model,
  outstandingOf,
  type Rents,
} from "./state";

export type Effect = () => void;
export type Decision = string | Effect;

/** Of a deleted policy, and of an escrow that was closed or never opened: there is nothing at its address. */
export const NO_SUCH_ACCOUNT = "AccountDataTooSmall";
export const NO_SUCH_ACCOUNT_READ_ONLY = "UninitializedAccount";
/** Anchor's refusal of a writable account that is named a second time. */
export const DUPLICATE_ACCOUNT = "ConstraintDuplicateMutableAccount";

/** Accounts and signers of an action on a milestone, before anything of the milestone is looked at. */
function accountFault(policy: LivePolicy, action: MilestoneAction): Outcome {
  if (!policy.escrow) return NO_SUCH_ACCOUNT;
  const { detour } = action;
  if (detour?.what === "vault for the recipient" || detour?.what === "vault for the owner") {
    return DUPLICATE_ACCOUNT;
  }
  const isStrangersEscrow = detour?.what === "another policy's escrow";
  switch (action.kind) {
    case "submit":
      if (action.by !== "recipient") return "InvalidRecipient";
      break;
    case "requestMediation":
      if (action.by !== "owner" && action.by !== "recipient") return "InvalidParty";
      break;
    case "resolve":
      if (addressOf(action.by) !== policy.escrow.mediator) return "InvalidMediator";
      break;
    case "expire":
    case "execute":
      break;
    default:
      if (action.by !== "owner") return "InvalidOwner";
  }
  if (action.kind === "settle" && action.recipientBy !== "recipient") return "InvalidRecipient";
  if (isStrangersEscrow) return "InvalidEscrow";
  if (detour?.what === "another policy's vault") return "InvalidVault";
  if (action.kind === "reclaimAgreed" && action.recipientBy !== "recipient") {
    return "InvalidRecipient";
  }
  return null;
}

/** Whether the destinations of `amount` to the recipient are in order: recipient's account first, then the owner's. */
function destinationFault(
  policy: LivePolicy,
  escrow: EscrowState,
  action: MilestoneAction,
  amount: bigint,
): Outcome {
  const payout = payoutOf(policy, escrow, amount);
  const detour = action.detour?.what;
  if (detour === "stranger's account for the recipient" && payout.recipient > 0n) {
    return "InvalidRecipientTokenAccount";
  }
  if (detour === "stranger's account for the owner" && payout.refund > 0n) {
    return "InvalidOwnerTokenAccount";
  }
  return null;
}

/** Whom the bitmap wants to sign; null is anyone. */
function requiredSigner(model: Model, { state }: LivePolicy): Person | null {
  if (state.releaseCondition >= 8) return "recipient";
  if (state.releaseCondition >= 4) return "owner";
  return state.releaseCondition >= 2 ? model.gatewaySigner : null;
}

function executeDelegated(model: Model, policy: LivePolicy, action: ActionOf<"execute">): Decision {
  const { state } = policy;
  const fault = indexFault(policy, action.index);
  if (fault) return fault;
  if (state.isPaused) return "PolicyPaused";
  if (model.isPaused) return "ProgramPaused";
  const due = state.timestamps[action.index] as bigint;
  if (state.releaseCondition % 2 === 1 && model.time < due) return "PaymentNotDue";
  const required = requiredSigner(model, policy);
  if (required !== null && required !== action.by) return "InvalidSigner";
  if (action.detour?.what === "stranger's account for the recipient") {
    return "InvalidRecipientTokenAccount";
  }
  const amount = state.amounts[action.index] as bigint;
  if (model.tokens.owner < amount) return "InsufficientFunds";
  return () => pull(model, policy, amount);
}

/** Before the silent review period is over the bitmap's signer, from then on anyone. */
function executeSignerFault(
  model: Model,
  policy: LivePolicy,
  escrow: EscrowState,
  by: Person,
): Outcome {
  const milestone = currentMilestone(policy) as HeldMilestone;
  const isSilent =
    milestone.state === "submitted" && model.time >= deadlinesOf(policy, escrow).reviewEnds;
  const required = requiredSigner(model, policy);
  return isSilent || required === null || required === by ? null : "InvalidSigner";
}

/** The recipient's share when money leaves the milestone; null when it stays. */
function recipientAmount(policy: LivePolicy, escrow: EscrowState, action: MilestoneAction) {
  const gross = policy.state.amounts[action.index] as bigint;
  switch (action.kind) {
    case "approve":
    case "execute":
      return gross;
    case "resolve":
    case "settle":
      return action.amount;
    case "expire":
      return (gross * BigInt(escrow.terms.timeoutRecipientBps)) / 10_000n;
    case "reclaim":
    case "reclaimAgreed":
      return 0n;
    default:
      return null;
  }
}

const END_STATES = {
  approve: "released",
  execute: "released",
  resolve: "resolved",
  expire: "resolved",
  settle: "resolved",
  reclaim: "refunded",
  reclaimAgreed: "refunded",
} as const;

function onMilestone(model: Model, policy: LivePolicy, action: MilestoneAction): Decision {
  if (action.kind === "execute" && policy.kind === "delegated") {
    return executeDelegated(model, policy, action);
  }
  if (action.kind === "execute" && policy.kind === "closed") return "EscrowClosed";
  const fault = accountFault(policy, action);
  if (fault) return fault;
  const escrow = policy.escrow as EscrowState;
  const ruled = milestoneFault(policy, escrow, action, model.time);
  if (ruled) return ruled;
  if (action.kind === "execute") {
    const signer = executeSignerFault(model, policy, escrow, action.by);
    if (signer) return signer;
  }
  const milestone = currentMilestone(policy) as HeldMilestone;
  // She approves what she looked at, and no later submission.
  if (action.kind === "approve" && action.evidence !== milestone.evidence) {
    return "EvidenceMismatch";
  }
  const amount = recipientAmount(policy, escrow, action);
  if (amount === null) return keepMoney(model, policy, escrow, action);
  if (amount > (policy.state.amounts[action.index] as bigint)) return "InvalidRecipientAmount";
  const destination = destinationFault(policy, escrow, action, amount);
  if (destination) return destination;
  const end = END_STATES[action.kind as keyof typeof END_STATES];
  return () => finalize(model, policy, escrow, end, amount);
}

/** Actions that change the milestone's state and move nothing. */
function keepMoney(
  model: Model,
  policy: LivePolicy,
  escrow: EscrowState,
  action: MilestoneAction,
): Decision {
  const milestone = currentMilestone(policy) as HeldMilestone;
  const { time } = model;
  const change = (effect: Effect): Effect => {
    return () => {
      effect();
      escrow.updatedAt = time;
    };
  };
  switch (action.kind) {
    case "submit":
      if (action.evidence === 0) return "ZeroHash";
      return change(() => {
        milestone.state = "submitted";
        milestone.submittedAt = time;
        milestone.evidence = action.evidence;
        escrow.mediationAt = 0n;
      });
    case "dispute":
      if (action.reason === 0) return "ZeroHash";
      return change(() => {
        milestone.state = "disputed";
        milestone.disputedAt = time;
        milestone.reason = action.reason;
        escrow.mediationAt = time + BigInt(escrow.terms.mediationDelaySecs);
      });
    case "withdraw":
      return change(() => {
        milestone.state = "submitted";
        escrow.mediationAt = 0n;
      });
    case "requestMediation":
      return change(() => {
        milestone.state = "mediation";
        escrow.mediationAt = time;
      });
    default:
      throw new Error(`${action.kind} moves money`);
  }
}

function accept(model: Model, policy: LivePolicy, action: ActionOf<"accept">): Decision {
  const { escrow } = policy;
  if (!escrow) return NO_SUCH_ACCOUNT;
  if (action.by !== "recipient") return "InvalidRecipient";
  const isMediator = addressOf(action.mediator) === escrow.mediator;
  if (!isMediator || !isDeepStrictEqual(action.terms, escrow.terms)) return "TermsMismatch";
  if (escrow.acceptedAt !== 0n) return "EscrowAlreadyAccepted";
  return () => {
    escrow.acceptedAt = model.time;
    escrow.updatedAt = model.time;
    makeReady(model, policy, escrow);
  };
}

function fund(model: Model, policy: LivePolicy, action: ActionOf<"fund">): Decision {
  const { escrow } = policy;
  if (!escrow) return NO_SUCH_ACCOUNT;
  if (action.by !== "owner") return "InvalidOwner";
  if (model.isPaused) return "ProgramPaused";
  const { first, count } = action;
  const total = policy.state.totalMilestones;
  if (isCompleted(policy) || first < currentOf(policy)) return indexFault(policy, first) as string;
  const unfunded = escrow.milestones.findIndex(
    ({ state }, i) => i >= currentOf(policy) && i < total && state === "unfunded",
  );
  const next = unfunded === -1 ? total : unfunded;
  if (first < next) return "MilestoneAlreadyFunded";
  if (count === 0 || first + count > total) return "InvalidFundingCount";
  if (first > next) return "MilestoneNotFunded";
  const amounts = policy.state.amounts
    .slice(first, first + count)
    .map((amount) => fundingOf(amount, escrow.terms.platformFeeBps));
  const sum = amounts.reduce((all, amount) => all + amount, 0n);
  if (model.tokens.owner < sum) return "InsufficientFunds";
  return () => {
    amounts.forEach((amount, i) => {
      const milestone = escrow.milestones[first + i] as HeldMilestone;
      milestone.state = "funded";
      milestone.funded = amount;
    });
    model.tokens.owner -= sum;
    policy.vault += sum;
    escrow.updatedAt = model.time;
    if (first === currentOf(policy)) makeReady(model, policy, escrow);
  };
}

function close(model: Model, policy: LivePolicy, by: Person, rents: Rents): Decision {
  const { escrow } = policy;
  if (!escrow) return NO_SUCH_ACCOUNT;
  if (by !== "owner") return "InvalidOwner";
  if (escrow.acceptedAt !== 0n && outstandingOf(escrow) > 0n) return "EscrowHoldsMoney";
  return () => {
    model.tokens.owner += policy.vault;
    model.rentPayerLamports += rents.escrow + rents.vault;
    policy.vault = 0n;
    policy.escrow = null;
    policy.kind = "closed";
    policy.state.isPaused = true;
    policy.state.updatedAt = model.time;
  };
}

function remove(model: Model, policy: LivePolicy, by: Person, rents: Rents): Decision {
  if (by !== "owner") return "InvalidOwner";
  if (policy.kind === "held") return "PolicyHasEscrow";
  const { state } = policy;
  const outstanding = policy.kind === "delegated" ? state.escrowAmount - state.totalPaid : 0n;
  return () => {
    model.committed -= outstanding;
    model.allowance = model.committed;
    model.userPaymentUpdatedAt = model.time;
    model.rentPayerLamports += rents.policy;
    model.policies.delete(policy.places.policy);
    model.graveyard.push(policy.places);
  };
}

function pause(model: Model, policy: LivePolicy, action: ActionOf<"pause">): Decision {
  if (action.by !== "owner") return "InvalidOwner";
  if (policy.kind === "held") return "PolicyHasEscrow";
  if (policy.kind === "closed") return "EscrowClosed";
  if (isCompleted(policy)) return "PolicyCompleted";
  return () => {
    policy.state.isPaused = action.isPaused;
    policy.state.updatedAt = model.time;
  };
}

/** The instructions that name their policy read-only. */
const READ_ONLY_POLICY: ActionKind[] = [
  "accept",
  "fund",
  "submit",
  "dispute",
  "withdraw",
  "requestMediation",
];

/** Changes nothing. */
export function decide(model: Model, action: Action, rents: Rents): Decision {
  switch (action.kind) {
    case "time":
      return () => {
        model.time = action.to;
      };
    case "createPolicy":
      return createPolicy(model, action, rents);
    case "updateConfig":
      return () => {
        model.isPaused = action.isPaused;
        model.protocolFeeBps = action.protocolFeeBps;
      };
    case "updateGateway":
      return () => {
        model.gatewaySigner = action.signer;
        model.gatewayFeeBps = action.feeBps;
        model.gatewayUpdatedAt = model.time;
      };
    case "resend":
      return "AlreadyProcessed";
    default:
  }
  const policy = model.policies.get(action.policy);
  if (!policy) {
    return READ_ONLY_POLICY.includes(action.kind) ? NO_SUCH_ACCOUNT_READ_ONLY : NO_SUCH_ACCOUNT;
  }
  switch (action.kind) {
    case "open":
      return openEscrow(model, policy, action, rents);
    case "accept":
      return accept(model, policy, action);
    case "fund":
      return fund(model, policy, action);
    case "close":
      return close(model, policy, action.by, rents);
    case "delete":
      return remove(model, policy, action.by, rents);
    case "pause":
      return pause(model, policy, action);
    case "donate":
      if (!policy.escrow) return "InvalidAccountData";
      return () => {
        model.tokens.stranger -= action.amount;
        policy.vault += action.amount;
      };
    default:
      return onMilestone(model, policy, action);
  }
}
