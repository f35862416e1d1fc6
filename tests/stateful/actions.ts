/** What one step of the run does, with every name and number decided. The model predicts it, the chain performs it. */
import type { Address, Gateway, Holder, Name, Owner, Sponsor } from "./cast";

/** A policy that exists or once did. */
export interface PolicyKey {
  address: Address;
  owner: Owner;
  gateway: Gateway;
}

export interface CreatePolicy {
  kind: "createPolicy";
  owner: Owner;
  /** Signs as the owner. */
  signer: Name;
  payer: Sponsor;
  gateway: Gateway;
  recipient: Name | "nobody";
  /** Four slots each. */
  amounts: bigint[];
  timestamps: bigint[];
  totalMilestones: number;
  releaseCondition: number;
  memo: Uint8Array;
  replaceDelegate: boolean;
  maxGatewayFeeBps: number;
  maxProtocolFeeBps: number;
  /** Where the policy account is asked for. */
  address: Address;
}

export interface Execute {
  kind: "execute";
  policy: PolicyKey;
  index: number;
  executor: Name;
  isSigned: boolean;
  feePayer: Name;
  /** Whose `UserPayment` and token account are named; another owner's is an attempt to drain it. */
  userPaymentOf: Owner;
  gateway: Gateway;
  destination: Holder;
  gatewayFees: Holder | null;
  protocolFees: Holder | null;
  /** Whose token account claims the gateway's reward; the mint is not a token account. */
  keeper: Holder | "mint" | null;
}

export interface DeletePolicy {
  kind: "deletePolicy";
  policy: PolicyKey;
  signer: Owner;
  userPaymentOf: Owner;
  gateway: Gateway;
  rentPayer: Sponsor;
}

export type Action =
  | { kind: "initializeConfig"; signer: Name; protocolFeeBps: number }
  | {
      kind: "updateConfig";
      signer: Name;
      feeRecipient?: Name | "nobody";
      protocolFeeBps?: number;
      isPaused?: boolean;
      pendingAuthority?: Name | "nobody";
    }
  | { kind: "acceptAuthority"; signer: Name }
  | {
      kind: "createGateway";
      gateway: Gateway;
      payer: Sponsor;
      signer: Name;
      feeRecipient: Name;
      feeBps: number;
    }
  | {
      kind: "updateGateway";
      gateway: Gateway;
      authority: Name;
      signer?: Name | "nobody";
      feeRecipient?: Name;
      feeBps?: number;
      name?: Uint8Array;
    }
  | { kind: "setKeeperReward"; gateway: Gateway; authority: Name; bps: number }
  | { kind: "closeGateway"; gateway: Gateway; authority: Name; rentPayer: Sponsor }
  | { kind: "createUserPayment"; owner: Owner; payer: Sponsor; firstPolicyId: number | null }
  | { kind: "closeUserPayment"; owner: Owner; signer: Name; rentPayer: Sponsor }
  | CreatePolicy
  | Execute
  | {
      kind: "changeStatus";
      policy: PolicyKey;
      signer: Owner;
      userPaymentOf: Owner;
      isPaused: boolean;
    }
  | DeletePolicy
  | { kind: "syncDelegation"; owner: Owner; signer: Name; replaceDelegate: boolean }
  // What people do without the program.
  | { kind: "approve"; owner: Owner; delegate: "program" | "stranger"; amount: bigint }
  | { kind: "revoke"; owner: Owner }
  | { kind: "transfer"; from: Holder; to: Holder; amount: bigint }
  | { kind: "mintTo"; holder: Holder; amount: bigint }
  | { kind: "setFrozen"; holder: Holder; isFrozen: boolean }
  | { kind: "setTime"; time: bigint }
  | { kind: "warpSlots"; by: bigint };

export type ActionKind = Action["kind"];
export type ActionOf<K extends ActionKind> = Extract<Action, { kind: K }>;
