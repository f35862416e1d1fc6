/** A command's choices made definite against the model's state: who, which policy, how much. */
import type { Action, CreatePolicy, Execute, PolicyKey } from "./actions";
import {
  GATEWAYS,
  type Gateway,
  HOLDERS,
  type Holder,
  type Name,
  nameOf,
  OWNERS,
  type Owner,
  policyOf,
  type Sponsor,
  SPONSORS,
  userPaymentOf,
} from "./cast";
import type { AmountChoice, Command, CommandOf } from "./commands";
import { hasDueDate, isCompleted } from "./model-policy";
import { requiredSigner, split } from "./model-release";
import { configOf } from "./model-setup";
import { type Model, U64_MAX } from "./state";

/** More live policies than this turn a creation into a deletion, so that the state stays readable and quick to read. */
const MOST_POLICIES: Record<Owner, number> = { ada: 9, ben: 6, cy: 1 };

const next = <T>(all: readonly T[], one: T): T => all[(all.indexOf(one) + 1) % all.length] as T;
const at = <T>(all: readonly T[], index: number): T => all[index % all.length] as T;

/** The actions of one command: none when there is nothing to act on, two when the clock moves first. */
export function resolve(model: Model, graveyard: PolicyKey[], command: Command): Action[] {
  switch (command.kind) {
    case "nothing":
      return [];
    case "createPolicy":
      return createPolicy(model, command);
    case "execute":
      return execute(model, graveyard, command);
    case "changeStatus": {
      const policy = pickPolicy(model, graveyard, command);
      if (!policy) return [];
      const { isPaused } = command;
      return [{ kind: "changeStatus", policy, isPaused, ...signing(policy, command.flaw) }];
    }
    case "deletePolicy": {
      const policy = pickPolicy(model, graveyard, command);
      if (!policy) return [];
      const rentPayer = rentPayerOf(model, policy);
      return [
        {
          kind: "deletePolicy",
          policy,
          ...signing(policy, command.flaw),
          gateway:
            command.flaw === "another gateway" ? next(GATEWAYS, policy.gateway) : policy.gateway,
          rentPayer: command.flaw === "another rent payer" ? next(SPONSORS, rentPayer) : rentPayer,
        },
      ];
    }
    case "syncDelegation": {
      const { owner, replaceDelegate } = command;
      const signer = command.isWrongSigner ? next(OWNERS, owner) : owner;
      return [{ kind: "syncDelegation", owner, signer, replaceDelegate }];
    }
    case "approve": {
      const { owner, delegate } = command;
      const committed = model.userPayments.get(owner)?.committed ?? 1_000n;
      const amount = (committed * BigInt(command.share)) / 1_000n;
      return [{ kind: "approve", owner, delegate, amount: amount > U64_MAX ? U64_MAX : amount }];
    }
    case "revoke":
      return [command];
    case "spend": {
      const balance = model.token(command.owner).amount;
      const amount = { all: balance, half: balance / 2n, one: balance && 1n }[command.share];
      return [{ kind: "transfer", from: command.owner, to: "stranger", amount }];
    }
    case "refund": {
      const { amount } = model.token("stranger");
      return [{ kind: "transfer", from: "stranger", to: command.owner, amount }];
    }
    case "mintTo":
      return [{ kind: "mintTo", holder: command.owner, amount: command.amount }];
    case "setFrozen":
      return setFrozen(model, command);
    case "updateConfig": {
      const { isWrongSigner, ...changes } = command;
      const authority = nameOf(configOf(model).authority);
      return [{ ...changes, signer: isWrongSigner ? "north" : authority }];
    }
    case "acceptAuthority":
    case "initializeConfig":
    case "createGateway":
      return [command];
    case "updateGateway": {
      const { isWrongSigner, ...changes } = command;
      const { gateway } = command;
      return [{ ...changes, authority: isWrongSigner ? next(GATEWAYS, gateway) : gateway }];
    }
    case "closeGateway": {
      const { kind, gateway } = command;
      const state = model.gateways.get(gateway);
      const rentPayer = state ? (nameOf(state.rentPayer) as Sponsor) : "sam";
      return [
        {
          kind,
          gateway,
          authority: command.flaw === "another authority" ? next(GATEWAYS, gateway) : gateway,
          rentPayer: command.flaw === "another rent payer" ? next(SPONSORS, rentPayer) : rentPayer,
        },
      ];
    }
    case "createUserPayment": {
      const { kind, owner, payer, below } = command;
      const firstPolicyId = below === null ? null : Number(model.slot - below);
      return [{ kind, owner, payer, firstPolicyId }];
    }
    case "closeUserPayment": {
      const { kind, owner } = command;
      const state = model.userPayments.get(owner);
      const rentPayer = state ? (nameOf(state.rentPayer) as Sponsor) : "sam";
      return [
        {
          kind,
          owner,
          signer: command.flaw === "another owner" ? next(OWNERS, owner) : owner,
          rentPayer: command.flaw === "another rent payer" ? next(SPONSORS, rentPayer) : rentPayer,
        },
      ];
    }
    case "warpTime":
      return [{ kind: "setTime", time: model.time + command.by }];
    case "warpSlots":
      return [command];
  }
}

function pickPolicy(
  model: Model,
  graveyard: PolicyKey[],
  choice: { policy: number; isOfTheDead: boolean },
  isOfAll = true,
): PolicyKey | null {
  const live = [...model.policies.values()].filter((policy) => isOfAll || !isCompleted(policy));
  const from = choice.isOfTheDead ? graveyard : live;
  if (from.length === 0) return null;
  const { address, owner, gateway } = at<PolicyKey>(from, choice.policy);
  return { address, owner, gateway };
}

const rentPayerOf = (model: Model, { address }: PolicyKey): Sponsor => {
  const policy = model.policies.get(address);
  return policy ? (nameOf(policy.state.rentPayer) as Sponsor) : "sam";
};

function signing(policy: PolicyKey, flaw: string | null): { signer: Owner; userPaymentOf: Owner } {
  const other = next(OWNERS, policy.owner);
  return {
    signer:
      flaw === "another owner" || flaw === "another owner's UserPayment" ? other : policy.owner,
    userPaymentOf: flaw === "another owner's UserPayment" ? other : policy.owner,
  };
}

function setFrozen(model: Model, command: CommandOf<"setFrozen">): Action[] {
  const { isFrozen } = command;
  const frozen = HOLDERS.filter((holder) => model.token(holder).isFrozen);
  // One at a time: a frozen owner stops most of what he could do.
  if (isFrozen === frozen.length > 0) return [];
  const holder = isFrozen ? command.holder : (frozen[0] as Holder);
  return [{ kind: "setFrozen", holder, isFrozen }];
}

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

function createPolicy(model: Model, command: CommandOf<"createPolicy">): Action[] {
  const { owner, flaw } = command;
  const live = model.policiesOf(owner);
  if (live.length >= MOST_POLICIES[owner]) {
    const isOfTheDead = false;
    return resolve(model, live, { kind: "deletePolicy", policy: 0, isOfTheDead, flaw: null });
  }
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
  }
  return [action];
}

function execute(model: Model, graveyard: PolicyKey[], command: CommandOf<"execute">): Action[] {
  const policy = pickPolicy(model, graveyard, command, command.isOfAll);
  if (!policy) return [];
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
    gatewayFees: gateway && isPaid("gatewayFee") ? (nameOf(gateway.feeRecipient) as Holder) : null,
    protocolFees: isPaid("protocolFee") ? (nameOf(configOf(model).feeRecipient) as Holder) : null,
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
  }
}
