/** A command's choices made definite against the model's state: who, which policy, how much. */
import type { Action, PolicyKey } from "./actions";
import {
  GATEWAYS,
  HOLDERS,
  type Holder,
  nameOf,
  OWNERS,
  type Owner,
  type Sponsor,
  SPONSORS,
} from "./cast";
import type { Command, CommandOf } from "./commands";
import { isCompleted } from "./model-policy";
import { configOf } from "./model-setup";
import { next, resolveCreation, resolveExecution } from "./resolve-policy";
import { type LivePolicy, type Model, U64_MAX } from "./state";

/** More live policies than this turn a creation into a deletion, so that the state stays readable and quick to read. */
const MOST_POLICIES: Record<Owner, number> = { ada: 9, ben: 6, cy: 1 };

const at = <T>(all: readonly T[], index: number): T => all[index % all.length] as T;

/** The actions of one command: none when there is nothing to act on, two when the clock moves first. */
export function resolve(model: Model, graveyard: PolicyKey[], command: Command): Action[] {
  switch (command.kind) {
    case "nothing":
      return [];
    case "createPolicy": {
      const live = model.policiesOf(command.owner);
      return live.length < MOST_POLICIES[command.owner]
        ? resolveCreation(model, command)
        : [deletion(model, live[0] as LivePolicy, null)];
    }
    case "execute": {
      const policy = pickPolicy(model, graveyard, command, command.isOfAll);
      return policy ? resolveExecution(model, policy, command) : [];
    }
    case "changeStatus": {
      const policy = pickPolicy(model, graveyard, command);
      if (!policy) return [];
      const { isPaused } = command;
      return [{ kind: "changeStatus", policy, isPaused, ...signing(policy, command.flaw) }];
    }
    case "deletePolicy": {
      const policy = pickPolicy(model, graveyard, command);
      return policy ? [deletion(model, policy, command.flaw)] : [];
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
    case "setKeeperReward": {
      const { kind, gateway, bps, isWrongSigner } = command;
      const authority = isWrongSigner ? next(GATEWAYS, gateway) : gateway;
      return [{ kind, gateway, bps, authority }];
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

function deletion(
  model: Model,
  { address, owner, gateway }: PolicyKey,
  flaw: CommandOf<"deletePolicy">["flaw"],
): Action {
  const policy = { address, owner, gateway };
  const rentPayer = rentPayerOf(model, policy);
  return {
    kind: "deletePolicy",
    policy,
    ...signing(policy, flaw),
    gateway: flaw === "another gateway" ? next(GATEWAYS, gateway) : gateway,
    rentPayer: flaw === "another rent payer" ? next(SPONSORS, rentPayer) : rentPayer,
  };
}

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
  // One at a time: a frozen owner cannot do most of their actions.
  if (isFrozen === frozen.length > 0) return [];
  const holder = isFrozen ? command.holder : (frozen[0] as Holder);
  return [{ kind: "setFrozen", holder, isFrozen }];
}
