/** The model's answer to whatever is done to one milestone: accounts and signers, rules, arguments, destinations. */
import type { Person } from "../world";
import { type ActionOf, keeperOf, type MilestoneAction } from "./actions";
import { addressOf } from "./cast";
import { finalize, payoutOf, pull } from "./model-money";
import { deadlinesOf, indexFault, milestoneFault, type Outcome } from "./model-rules";
import {
  currentMilestone,
  type EscrowState,
  type HeldMilestone,
  type LivePolicy,
  type Model,
} from "./state";

export type Effect = () => void;
export type Decision = string | Effect;

/** Of a deleted policy, and of an escrow that was closed or never opened: there is nothing at its address. */
export const NO_SUCH_ACCOUNT = "AccountDataTooSmall";
/** Anchor's refusal of a writable account that is named a second time. */
export const DUPLICATE_ACCOUNT = "ConstraintDuplicateMutableAccount";

/** Accounts and signers of an action on a milestone, before anything of the milestone is checked. */
function accountFault(policy: LivePolicy, action: MilestoneAction): Outcome {
  if (!policy.escrow) return NO_SUCH_ACCOUNT;
  const { detour } = action;
  if (detour?.what.startsWith("vault for the ")) return DUPLICATE_ACCOUNT;
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
  return () => pull(model, policy, amount, keeperOf(action));
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

/** An action on one milestone, held or delegated. Changes nothing. */
export function onMilestone(model: Model, policy: LivePolicy, action: MilestoneAction): Decision {
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
  // The owner approves the submission that they reviewed, and no later one.
  if (action.kind === "approve" && action.evidence !== milestone.evidence) {
    return "EvidenceMismatch";
  }
  const amount = recipientAmount(policy, escrow, action);
  if (amount === null) return keepMoney(model, policy, escrow, action);
  if (amount > (policy.state.amounts[action.index] as bigint)) return "InvalidRecipientAmount";
  const destination = destinationFault(policy, escrow, action, amount);
  if (destination) return destination;
  const end = END_STATES[action.kind as keyof typeof END_STATES];
  const keeper = action.kind === "execute" ? keeperOf(action) : null;
  return () => finalize(model, policy, escrow, end, amount, keeper);
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
