/** The model's `execute_payment`: who may release what, when, and where each unit goes. */
import type { Execute } from "./actions";
import { type Address, addressOf, type Holder } from "./cast";
import type { PolicyState } from "./layout";
import {
  delegateOf,
  DUPLICATE_ACCOUNT,
  type LivePolicy,
  type Model,
  NO_SUCH_ACCOUNT,
  NO_SUCH_READ_ONLY,
  type Outcome,
  type TokenState,
} from "./state";
import { hasDueDate, isCompleted } from "./model-policy";
import { configOf } from "./model-setup";
import { move } from "./model-tokens";

/** Where one milestone's amount goes. */
export interface Split {
  recipient: bigint;
  gatewayFee: bigint;
  protocolFee: bigint;
}

export function split(amount: bigint, policy: PolicyState): Split {
  const gatewayFee = (amount * BigInt(policy.gatewayFeeBps)) / 10_000n;
  const protocolFee = (amount * BigInt(policy.protocolFeeBps)) / 10_000n;
  return { recipient: amount - gatewayFee - protocolFee, gatewayFee, protocolFee };
}

/** Whom the condition wants to sign; null is anyone. */
export function requiredSigner(policy: LivePolicy, gatewaySigner: Address): Address | null {
  const { releaseCondition: condition, recipient } = policy.state;
  if (condition >= 8) return recipient;
  if (condition >= 4) return addressOf(policy.owner);
  return condition >= 2 ? gatewaySigner : null;
}

function releaseFault(model: Model, policy: LivePolicy, action: Execute): Outcome {
  const { state } = policy;
  if (action.index < state.currentMilestone) return "MilestoneAlreadyReleased";
  if (isCompleted(policy)) return "PolicyCompleted";
  if (action.index > state.currentMilestone) return "MilestoneNotCurrent";
  if (state.isPaused) return "PolicyPaused";
  if (configOf(model).isPaused) return "ProgramPaused";
  const due = state.timestamps[action.index] as bigint;
  if (hasDueDate(state.releaseCondition) && model.time < due) return "PaymentNotDue";
  const gateway = model.gateways.get(policy.gateway);
  const required = requiredSigner(policy, gateway?.signer as Address);
  return required === null || required === addressOf(action.executor) ? null : "InvalidSigner";
}

function sourceFault(token: TokenState, delegate: Address, amount: bigint): Outcome {
  if (token.isFrozen) return "TokenAccountFrozen";
  if (token.delegate === null) return "DelegationRevoked";
  if (token.delegate !== delegate) return "DelegationReplaced";
  if (token.allowance < amount) return "InsufficientDelegation";
  return token.amount < amount ? "InsufficientFunds" : null;
}

/** A destination belongs to whom it must and is not frozen. */
function destinationFault(
  model: Model,
  holder: Holder | null,
  expected: Address,
  error: string,
): Outcome {
  if (holder === null || addressOf(holder) !== expected) return error;
  return model.token(holder).isFrozen ? "TokenAccountFrozen" : null;
}

/** The reward when it is due and claimed; only then is the account read. */
function keeperFault(model: Model, { keeper, userPaymentOf }: Execute, reward: bigint): Outcome {
  if (reward === 0n || keeper === null) return null;
  if (keeper === userPaymentOf) return DUPLICATE_ACCOUNT;
  if (keeper === "mint") return "InvalidKeeperTokenAccount";
  return model.token(keeper).isFrozen ? "TokenAccountFrozen" : null;
}

export function execute(model: Model, action: Execute): Outcome {
  // Anchor looks before anything else: the account that pays is writable and may stand for no other.
  const destinations = [action.destination, action.gatewayFees, action.protocolFees];
  if (destinations.includes(action.userPaymentOf)) return DUPLICATE_ACCOUNT;
  if (!action.isSigned) return "InvalidSigner";
  const gateway = model.gateways.get(action.gateway);
  const userPayment = model.userPayments.get(action.userPaymentOf);
  const policy = model.policies.get(action.policy.address);
  if (!gateway) return NO_SUCH_READ_ONLY;
  if (!userPayment || !policy) return NO_SUCH_ACCOUNT;
  if (action.userPaymentOf !== policy.owner) return "InvalidUserPayment";
  if (action.gateway !== policy.gateway) return "InvalidGateway";
  const release = releaseFault(model, policy, action);
  if (release) return release;

  const { state } = policy;
  const amount = state.amounts[action.index] as bigint;
  const parts = split(amount, state);
  const source = model.token(policy.owner);
  const share = (parts.gatewayFee * BigInt(gateway.keeperRewardBps)) / 10_000n;
  const reward = action.keeper === null ? 0n : share;
  const fault =
    destinationFault(model, action.destination, state.recipient, "InvalidRecipientTokenAccount") ??
    sourceFault(source, delegateOf(policy.owner), amount) ??
    (parts.gatewayFee > 0n
      ? destinationFault(
          model,
          action.gatewayFees,
          gateway.feeRecipient,
          "InvalidGatewayFeeAccount",
        )
      : null) ??
    (parts.protocolFee > 0n
      ? destinationFault(
          model,
          action.protocolFees,
          configOf(model).feeRecipient,
          "InvalidProtocolFeeAccount",
        )
      : null) ??
    keeperFault(model, action, reward);
  if (fault) return fault;

  move(source, model.token(action.destination), parts.recipient, true);
  if (parts.gatewayFee > 0n) {
    move(source, model.token(action.gatewayFees as Holder), parts.gatewayFee - reward, true);
  }
  if (reward > 0n) move(source, model.token(action.keeper as Holder), reward, true);
  if (parts.protocolFee > 0n) {
    move(source, model.token(action.protocolFees as Holder), parts.protocolFee, true);
  }
  state.currentMilestone += 1;
  state.totalPaid += amount;
  state.isPaused = isCompleted(policy);
  state.updatedAt = model.time;
  userPayment.committed -= amount;
  userPayment.updatedAt = model.time;
  return null;
}
