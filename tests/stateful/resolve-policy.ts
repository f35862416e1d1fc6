/** The choices of a creation and of an execution, the two with the most of them, made definite. */
import type { Action, CreatePolicy, Execute, PolicyKey } from "./actions";
import {
  GATEWAYS,
  type Gateway,
  type Holder,
  type Name,
  nameOf,
  OWNERS,
  type Owner,
  policyOf,
  userPaymentOf,
} from "./cast";
import type { AmountChoice, CommandOf } from "./commands";
import { hasDueDate } from "./model-policy";
import { requiredSigner, split } from "./model-release";
import { configOf } from "./model-setup";
import { type Model, U64_MAX } from "./state";

/** The one after `one`, in a ring: a wrong choice that is always another one. */
export const next = <T>(all: readonly T[], one: T): T =>
  all[(all.indexOf(one) + 1) % all.length] as T;

function definite(model: Model, owner: Owner, choice: AmountChoice): bigint {
  const balance = model.token(owner).amount;
  const committed = model.userPayments.get(owner)?.committed ?? 0n;
  const amount = {
    exactly: () => (choice as { value: bigint }).value,
    balance: () =>
      ({ all: balance, half: balance / 2n, "one more": balance + 1n })[
        (choice as { share: "all" | "half" | "one more" }).share
      ],
    "what u64 leaves": () => U64_MAX - committed + (choice as { plus: bigint }).plus,
  }[choice.of]();
  return amount < 1n ? 1n : amount > U64_MAX ? U64_MAX : amount;
}

export function resolveCreation(model: Model, command: CommandOf<"createPolicy">): Action[] {
  const { owner, flaw } = command;
  const amounts = command.amounts.map((choice) => definite(model, owner, choice));
  const total = amounts.length;
  const timestamps = amounts.map((_, i) =>
    command.waits.slice(0, i + 1).reduce((time, wait) => time + BigInt(wait), model.time),
  );
  const pad = (values: bigint[]) => Array.from({ length: 4 }, (_, i) => values[i] ?? 0n);
  const { nextPolicyId } = model.userPayments.get(owner) ?? { nextPolicyId: 0 };
  const userPayment = userPaymentOf(owner).address;
  const action: CreatePolicy = {
    kind: "createPolicy",
    owner,
    signer: owner,
    payer: command.payer,
    gateway: command.gateway,
    recipient: command.recipient === owner ? "rob" : command.recipient,
    amounts: pad(amounts),
    timestamps: pad(timestamps),
    totalMilestones: total,
    releaseCondition: command.releaseCondition,
    memo: command.memo,
    replaceDelegate: command.replaceDelegate,
    // What stands now, and not a basis point more.
    maxGatewayFeeBps: model.gateways.get(command.gateway)?.feeBps ?? 0,
    maxProtocolFeeBps: configOf(model).protocolFeeBps,
    address: policyOf(userPayment, nextPolicyId).address,
  };
  switch (flaw) {
    case "zero amount":
      action.amounts[total - 1] = 0n;
      break;
    case "amount in an unused slot":
      action.totalMilestones = total > 1 ? total - 1 : total;
      action.amounts[3] = 1n;
      break;
    case "milliseconds":
      action.timestamps[total - 1] = (timestamps[total - 1] as bigint) * 1_000n;
      break;
    case "date in an unused slot":
      action.amounts[3] = 0n;
      action.totalMilestones = Math.min(total, 3);
      action.timestamps[3] = model.time;
      break;
    case "decreasing dates":
      action.timestamps[total - 1] = -1n;
      action.releaseCondition = 1;
      break;
    case "no milestone":
      action.totalMilestones = 0;
      break;
    case "five milestones":
      action.totalMilestones = 5;
      break;
    case "sum above u64":
      action.amounts[0] = U64_MAX;
      break;
    case "owner as recipient":
      action.recipient = owner;
      break;
    case "nobody as recipient":
      action.recipient = "nobody";
      break;
    case "another signer":
      action.signer = next(OWNERS, owner);
      break;
    case "the previous policy's address":
      action.address = policyOf(userPayment, Math.max(nextPolicyId - 1, 0)).address;
      break;
    case "another condition":
      action.releaseCondition = command.otherCondition;
      break;
    case "a lower gateway fee signed":
      action.maxGatewayFeeBps = Math.max(action.maxGatewayFeeBps - 1, 0);
      break;
    case "a lower protocol fee signed":
      action.maxProtocolFeeBps = Math.max(action.maxProtocolFeeBps - 1, 0);
      break;
  }
  return [action];
}

export function resolveExecution(
  model: Model,
  policy: PolicyKey,
  command: CommandOf<"execute">,
): Action[] {
  const live = model.policies.get(policy.address);
  const gateway = model.gateways.get(policy.gateway);
  const recipient = live ? (nameOf(live.state.recipient) as Holder) : "rita";
  const current = live?.state.currentMilestone ?? 0;
  const signer = gateway ? nameOf(gateway.signer) : "sid";
  const required = live && gateway && requiredSigner(live, gateway.signer);
  const executor: Name = {
    required: required ? nameOf(required) : "stranger",
    stranger: "stranger" as const,
    "gateway signer": signer,
    owner: policy.owner,
    recipient,
  }[command.executor];
  const parts = live && split(live.state.amounts[current] ?? 0n, live.state);
  /** An account for a fee of zero may be there and does not matter. */
  const isPaid = (part: "gatewayFee" | "protocolFee"): boolean =>
    parts === undefined || parts[part] > 0n || command.isOfAll;
  const stranger: Holder = "stranger";
  const gatewayFees = gateway ? (nameOf(gateway.feeRecipient) as Holder) : stranger;
  const protocolFees = nameOf(configOf(model).feeRecipient) as Holder;
  const action: Execute = {
    kind: "execute",
    policy,
    index: { current, previous: Math.max(current - 1, 0), next: current + 1, "255": 255 }[
      command.index
    ],
    executor,
    isSigned: true,
    feePayer: { payer: "payer" as const, executor, stranger: "stranger" as const }[
      command.feePayer
    ],
    userPaymentOf: policy.owner,
    gateway: policy.gateway,
    destination: recipient,
    gatewayFees: gateway && isPaid("gatewayFee") ? gatewayFees : null,
    protocolFees: isPaid("protocolFee") ? protocolFees : null,
    keeper:
      command.keeper &&
      { stranger, recipient, gateway: gatewayFees, protocol: protocolFees }[command.keeper],
  };
  applyExecuteFlaw(action, command.flaw);
  const due = live?.state.timestamps[current] ?? 0n;
  const moment = due + (command.at ?? 0n);
  const isMoved =
    command.at !== null &&
    live !== undefined &&
    hasDueDate(live.state.releaseCondition) &&
    moment > model.time;
  return isMoved ? [{ kind: "setTime", time: moment }, action] : [action];
}

function applyExecuteFlaw(action: Execute, flaw: CommandOf<"execute">["flaw"]): void {
  switch (flaw) {
    case "unsigned":
      action.isSigned = false;
      action.feePayer = "payer";
      break;
    case "another owner's UserPayment":
      action.userPaymentOf = next(OWNERS, action.policy.owner);
      break;
    case "another gateway":
      action.gateway = next<Gateway>(GATEWAYS, action.policy.gateway);
      break;
    case "the stranger's tokens":
      action.destination = "stranger";
      break;
    case "the owner's tokens":
      action.destination = action.policy.owner;
      break;
    case "no gateway fee account":
      action.gatewayFees = null;
      break;
    case "no protocol fee account":
      action.protocolFees = null;
      break;
    case "the stranger's gateway fee account":
      action.gatewayFees = "stranger";
      break;
    case "the stranger's protocol fee account":
      action.protocolFees = "stranger";
      break;
    case "the owner's tokens for the keeper":
      action.keeper = action.policy.owner;
      break;
    case "the mint for the keeper":
      action.keeper = "mint";
      break;
  }
}
