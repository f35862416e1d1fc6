/**
 * What the program should do with held and delegated policies, as plain state and bigint arithmetic, written from
 * `docs/escrow.md` and decision 0003. `decide` answers with the name of the error an action must fail with, or with what
 * it changes.
 */
import { isDeepStrictEqual } from "node:util";
import type { Person } from "../world";
import type { Action, ActionKind, ActionOf } from "./actions";
import { addressOf } from "./cast";
import { type Decision, NO_SUCH_ACCOUNT, onMilestone } from "./model-milestone";
import { fundingOf, makeReady } from "./model-money";
import { indexFault } from "./model-rules";
import { openEscrow, createPolicy } from "./model-opening";
import {
  currentOf,
  type HeldMilestone,
  isCompleted,
  type LivePolicy,
  type Model,
  outstandingOf,
  type Rents,
} from "./state";

/** The account is named read-only. */
const NO_SUCH_ACCOUNT_READ_ONLY = "UninitializedAccount";

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
    case "setKeeperReward":
      if (action.bps > 10_000) return "InvalidShareBps";
      return () => {
        model.keeperRewardBps = action.bps;
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
