/** The model's policies: creation, pause, deletion, and the allowance that goes with them. */
import type { ActionOf, CreatePolicy, DeletePolicy } from "./actions";
import { addressOf, type Owner, policyOf } from "./cast";
import type { UserPaymentState } from "./layout";
import {
  delegateOf,
  gatewayAddress,
  type LivePolicy,
  type Model,
  NO_SUCH_ACCOUNT,
  NO_SUCH_READ_ONLY,
  type Outcome,
  type TokenState,
  U64_MAX,
} from "./state";
import { configOf } from "./model-setup";

const CONDITIONS = [0, 1, 2, 3, 4, 5, 8, 9];
/** 2200-01-01T00:00:00Z */
const MAX_TIMESTAMP = 7_258_118_400n;

export const hasDueDate = (condition: number): boolean => condition % 2 === 1;
export const isCompleted = ({ state }: LivePolicy): boolean =>
  state.currentMilestone === state.totalMilestones;

const sum = (amounts: bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** The first fault of a schedule, slot by slot. */
function scheduleFault(action: CreatePolicy): Outcome {
  const { amounts, timestamps, totalMilestones: total, releaseCondition } = action;
  if (total < 1 || total > 4) return "InvalidMilestoneCount";
  if (!CONDITIONS.includes(releaseCondition)) return "InvalidReleaseCondition";
  for (let i = 0; i < 4; i++) {
    const [amount, timestamp] = [amounts[i] as bigint, timestamps[i] as bigint];
    if (i < total ? amount === 0n : amount !== 0n) return "InvalidAmount";
    if (timestamp > MAX_TIMESTAMP || (i >= total && timestamp !== 0n)) return "InvalidTimestamp";
    if (i >= total) continue;
    const isEarlier = i > 0 && timestamp < (timestamps[i - 1] as bigint);
    if (hasDueDate(releaseCondition) && isEarlier) return "TimestampsNotOrdered";
    if (sum(amounts.slice(0, i + 1)) > U64_MAX) return "AmountOverflow";
  }
  return null;
}

/** Why the program may not approve itself on the owner's account. */
function approvalFault(token: TokenState, delegate: string, mayReplace: boolean): Outcome {
  if (token.isFrozen) return "TokenAccountFrozen";
  const isOther = token.delegate !== null && token.delegate !== delegate;
  return isOther && !mayReplace ? "DelegateInUse" : null;
}

export function createPolicy(model: Model, action: CreatePolicy): Outcome {
  const config = configOf(model);
  const gateway = model.gateways.get(action.gateway);
  const userPayment = model.userPayments.get(action.owner);
  if (!gateway || !userPayment) return NO_SUCH_ACCOUNT;
  if (action.signer !== action.owner) return "InvalidOwner";
  if (config.isPaused) return "ProgramPaused";
  const fault = scheduleFault(action);
  if (fault) return fault;
  const isDearer =
    gateway.feeBps > action.maxGatewayFeeBps || config.protocolFeeBps > action.maxProtocolFeeBps;
  if (isDearer) return "FeeAboveMaximum";
  if (action.recipient === action.owner || action.recipient === "nobody") {
    return "InvalidRecipient";
  }
  const token = model.token(action.owner);
  const delegate = delegateOf(action.owner);
  const refusal = approvalFault(token, delegate, action.replaceDelegate);
  if (refusal) return refusal;
  const escrowAmount = sum(action.amounts);
  if (userPayment.committed + escrowAmount > U64_MAX) return "AmountOverflow";
  const { address, bump } = policyOf(delegate, userPayment.nextPolicyId);
  if (action.address !== address) return "InvalidAddress";

  model.policies.set(address, {
    address,
    owner: action.owner,
    gateway: action.gateway,
    state: {
      userPayment: delegate,
      recipient: addressOf(action.recipient),
      gateway: gatewayAddress(action.gateway),
      amounts: action.amounts,
      timestamps: action.timestamps,
      currentMilestone: 0,
      releaseCondition: action.releaseCondition,
      totalMilestones: action.totalMilestones,
      escrowAmount,
      isPaused: false,
      memo: action.memo,
      totalPaid: 0n,
      policyId: userPayment.nextPolicyId,
      createdAt: model.time,
      updatedAt: model.time,
      protocolFeeBps: config.protocolFeeBps,
      gatewayFeeBps: gateway.feeBps,
      bump,
      rentPayer: addressOf(action.payer),
    },
  });
  userPayment.nextPolicyId += 1;
  userPayment.openPolicies += 1;
  userPayment.committed += escrowAmount;
  userPayment.updatedAt = model.time;
  gateway.openPolicies += 1;
  token.delegate = delegate;
  token.allowance = userPayment.committed;
  model.strayAllowance.delete(action.owner);
  model.pay(action.payer, -model.rents.policy);
  return null;
}

export function changeStatus(model: Model, action: ActionOf<"changeStatus">): Outcome {
  const userPayment = model.userPayments.get(action.userPaymentOf);
  const policy = model.policies.get(action.policy.address);
  if (!userPayment) return NO_SUCH_READ_ONLY;
  if (!policy) return NO_SUCH_ACCOUNT;
  if (action.signer !== action.userPaymentOf) return "InvalidOwner";
  if (action.userPaymentOf !== policy.owner) return "InvalidUserPayment";
  if (isCompleted(policy)) return "PolicyCompleted";
  policy.state.isPaused = action.isPaused;
  policy.state.updatedAt = model.time;
  return null;
}

export function deletePolicy(model: Model, action: DeletePolicy): Outcome {
  const gateway = model.gateways.get(action.gateway);
  const userPayment = model.userPayments.get(action.userPaymentOf);
  const policy = model.policies.get(action.policy.address);
  if (!gateway || !userPayment || !policy) return NO_SUCH_ACCOUNT;
  if (action.signer !== action.userPaymentOf) return "InvalidOwner";
  if (action.userPaymentOf !== policy.owner) return "InvalidUserPayment";
  if (action.gateway !== policy.gateway) return "InvalidGateway";
  if (addressOf(action.rentPayer) !== policy.state.rentPayer) return "InvalidRentPayer";

  model.policies.delete(policy.address);
  userPayment.committed -= policy.state.escrowAmount - policy.state.totalPaid;
  userPayment.openPolicies -= 1;
  userPayment.updatedAt = model.time;
  gateway.openPolicies -= 1;
  lowerAllowance(model, policy.owner, userPayment);
  model.pay(action.rentPayer, model.rents.policy);
  return null;
}

/** Deleting lowers the allowance and never raises it; what is not the program's own it leaves alone. */
function lowerAllowance(model: Model, owner: Owner, { committed }: UserPaymentState): void {
  const token = model.token(owner);
  if (token.delegate !== delegateOf(owner)) return;
  if (token.isFrozen) {
    model.strayAllowance.add(owner);
    return;
  }
  if (token.allowance > committed) token.allowance = committed;
  if (committed === 0n) token.delegate = null;
}

export function syncDelegation(model: Model, action: ActionOf<"syncDelegation">): Outcome {
  const userPayment = model.userPayments.get(action.owner);
  if (!userPayment) return NO_SUCH_READ_ONLY;
  if (action.signer !== action.owner) return "InvalidOwner";
  const token = model.token(action.owner);
  const delegate = delegateOf(action.owner);
  if (userPayment.committed > 0n) {
    const refusal = approvalFault(token, delegate, action.replaceDelegate);
    if (refusal) return refusal;
    token.delegate = delegate;
    token.allowance = userPayment.committed;
  } else if (token.delegate === delegate) {
    if (token.isFrozen) return "TokenAccountFrozen";
    token.delegate = null;
    token.allowance = 0n;
  } else if (token.delegate !== null) {
    // Another's stays where there is nothing to put in its place.
    return null;
  }
  model.strayAllowance.delete(action.owner);
  return null;
}
