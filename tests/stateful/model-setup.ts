/** The model's config, gateways and user payments: what is set up before a policy and taken down after it. */
import type { ActionOf } from "./actions";
import {
  addressOf,
  CONFIG,
  gatewayOf,
  MINT,
  type Name,
  NOBODY,
  tokensOf,
  userPaymentOf,
} from "./cast";
import type { ConfigState } from "./layout";
import { type Model, NO_SUCH_ACCOUNT, type Outcome } from "./state";

const MAX_PROTOCOL_FEE_BPS = 500;
const MAX_GATEWAY_FEE_BPS = 1_000;
const MAX_KEEPER_REWARD_BPS = 10_000;
/** How far below the slot a first policy id may lie, and how far above it a closed one must. (decision 0001) */
const POLICY_ID_WINDOW = 1_024n;

/** What every gateway is called at first. */
export const GATEWAY_NAME = Uint8Array.from({ length: 32 }, (_, i) => (i < 7 ? 97 + i : 0));
export const GATEWAY_URL = Uint8Array.from({ length: 64 }, (_, i) => (i < 9 ? 104 + i : 0));

const addressOrNobody = (name: Name | "nobody"): string =>
  name === "nobody" ? NOBODY : addressOf(name);

/** The run has its config from the first step on. */
export const configOf = (model: Model): ConfigState => {
  if (!model.config) throw new Error("the run starts with initializeConfig");
  return model.config;
};

export function initializeConfig(model: Model, action: ActionOf<"initializeConfig">): Outcome {
  if (action.signer !== "upgradeAuthority") return "InvalidAuthority";
  if (action.protocolFeeBps > MAX_PROTOCOL_FEE_BPS) return "InvalidFeeBps";
  if (model.config) return "AccountAlreadyExists";
  model.config = {
    authority: addressOf(action.signer),
    pendingAuthority: NOBODY,
    feeRecipient: addressOf("fees1"),
    protocolFeeBps: action.protocolFeeBps,
    isPaused: false,
    bump: CONFIG.bump,
  };
  return null;
}

export function updateConfig(model: Model, action: ActionOf<"updateConfig">): Outcome {
  const config = configOf(model);
  if (addressOf(action.signer) !== config.authority) return "InvalidAuthority";
  if ((action.protocolFeeBps ?? 0) > MAX_PROTOCOL_FEE_BPS) return "InvalidFeeBps";
  if (action.feeRecipient === "nobody") return "ZeroAddress";
  if (action.feeRecipient) config.feeRecipient = addressOf(action.feeRecipient);
  config.protocolFeeBps = action.protocolFeeBps ?? config.protocolFeeBps;
  config.isPaused = action.isPaused ?? config.isPaused;
  if (action.pendingAuthority) config.pendingAuthority = addressOrNobody(action.pendingAuthority);
  return null;
}

export function acceptAuthority(model: Model, { signer }: ActionOf<"acceptAuthority">): Outcome {
  const config = configOf(model);
  if (addressOf(signer) !== config.pendingAuthority) return "InvalidAuthority";
  config.authority = config.pendingAuthority;
  config.pendingAuthority = NOBODY;
  return null;
}

export function createGateway(model: Model, action: ActionOf<"createGateway">): Outcome {
  if (action.feeBps > MAX_GATEWAY_FEE_BPS) return "InvalidFeeBps";
  if (model.gateways.has(action.gateway)) return "AccountAlreadyExists";
  model.gateways.set(action.gateway, {
    authority: addressOf(action.gateway),
    signer: addressOf(action.signer),
    feeRecipient: addressOf(action.feeRecipient),
    feeBps: action.feeBps,
    name: GATEWAY_NAME,
    url: GATEWAY_URL,
    openPolicies: 0,
    bump: gatewayOf(action.gateway).bump,
    rentPayer: addressOf(action.payer),
    createdAt: model.time,
    updatedAt: model.time,
    keeperRewardBps: 0,
  });
  model.pay(action.payer, -model.rents.gateway);
  return null;
}

export function updateGateway(model: Model, action: ActionOf<"updateGateway">): Outcome {
  const gateway = model.gateways.get(action.gateway);
  if (!gateway) return NO_SUCH_ACCOUNT;
  if (addressOf(action.authority) !== gateway.authority) return "InvalidAuthority";
  if ((action.feeBps ?? 0) > MAX_GATEWAY_FEE_BPS) return "InvalidFeeBps";
  if (action.signer === "nobody") return "ZeroAddress";
  if (action.signer) gateway.signer = addressOf(action.signer);
  if (action.feeRecipient) gateway.feeRecipient = addressOf(action.feeRecipient);
  gateway.feeBps = action.feeBps ?? gateway.feeBps;
  gateway.name = action.name ?? gateway.name;
  gateway.updatedAt = model.time;
  return null;
}

export function setKeeperReward(model: Model, action: ActionOf<"setKeeperReward">): Outcome {
  const gateway = model.gateways.get(action.gateway);
  if (!gateway) return NO_SUCH_ACCOUNT;
  if (addressOf(action.authority) !== gateway.authority) return "InvalidAuthority";
  if (action.bps > MAX_KEEPER_REWARD_BPS) return "InvalidShareBps";
  gateway.keeperRewardBps = action.bps;
  gateway.updatedAt = model.time;
  return null;
}

export function closeGateway(model: Model, action: ActionOf<"closeGateway">): Outcome {
  const gateway = model.gateways.get(action.gateway);
  if (!gateway) return NO_SUCH_ACCOUNT;
  if (addressOf(action.authority) !== gateway.authority) return "InvalidAuthority";
  if (addressOf(action.rentPayer) !== gateway.rentPayer) return "InvalidRentPayer";
  if (gateway.openPolicies > 0) return "GatewayHasOpenPolicies";
  model.gateways.delete(action.gateway);
  model.pay(action.rentPayer, model.rents.gateway);
  return null;
}

export function createUserPayment(model: Model, action: ActionOf<"createUserPayment">): Outcome {
  const firstId = BigInt(action.firstPolicyId ?? model.slot);
  if (firstId > model.slot || firstId + POLICY_ID_WINDOW < model.slot) {
    return "InvalidFirstPolicyId";
  }
  if (model.userPayments.has(action.owner)) return "AccountAlreadyExists";
  model.userPayments.set(action.owner, {
    owner: addressOf(action.owner),
    mint: MINT,
    tokenAccount: tokensOf(action.owner),
    committed: 0n,
    openPolicies: 0,
    nextPolicyId: Number(firstId),
    bump: userPaymentOf(action.owner).bump,
    rentPayer: addressOf(action.payer),
    createdAt: model.time,
    updatedAt: model.time,
  });
  model.pay(action.payer, -model.rents.userPayment);
  return null;
}

export function closeUserPayment(model: Model, action: ActionOf<"closeUserPayment">): Outcome {
  const userPayment = model.userPayments.get(action.owner);
  if (!userPayment) return NO_SUCH_ACCOUNT;
  if (action.signer !== action.owner) return "InvalidOwner";
  if (addressOf(action.rentPayer) !== userPayment.rentPayer) return "InvalidRentPayer";
  if (userPayment.openPolicies > 0) return "UserPaymentHasOpenPolicies";
  if (BigInt(userPayment.nextPolicyId) + POLICY_ID_WINDOW > model.slot) {
    return "PolicyIdsAheadOfSlot";
  }
  model.userPayments.delete(action.owner);
  model.pay(action.rentPayer, model.rents.userPayment);
  return null;
}
