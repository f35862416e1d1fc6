/** A policy as the services see it: plain values, money in bigint base units, times in Unix seconds, addresses in base58. */
import type { EscrowTerms, MilestoneStateName } from "@milepost/sdk";

/** State of a milestone. A delegated one is `unfunded` until it is `released`. */
export type PolicyMilestoneState = MilestoneStateName;

/** One milestone of a policy. */
export interface PolicyMilestone {
  /** Index within the policy, 0 to 3. */
  index: number;
  /** Base units, before fees and without the platform fee. */
  amount: bigint;
  /** Due date; 0 without one. */
  timestamp: bigint;
  /** State at `PolicyState.time`: a dispute whose mediation has begun is `mediation`. */
  state: PolicyMilestoneState;
  /** Base units that went into the vault, platform fee included; 0 for a delegated milestone. */
  funded: bigint;
  /** Base units that went to recipient, gateway and protocol. */
  paid: bigint;
  /** Base units that went back to the owner. */
  refunded: bigint;
  /** Time of the last submission; null before. */
  submittedAt: bigint | null;
  /** Time of the last dispute; null before. */
  disputedAt: bigint | null;
  /** SHA-256 of the last submission, hex; null before. */
  evidenceHash: string | null;
  /** SHA-256 of the last dispute's reason, hex; null before. */
  reasonHash: string | null;
  /** First second in which the owner can no longer dispute; null unless submitted. */
  disputeClosesAt: bigint | null;
  /** First second in which anyone may release, because the owner stayed silent; null unless submitted. */
  silentApprovalAt: bigint | null;
  /** First second in which the owner alone may take the money back; null unless funded and at its turn. */
  reclaimableAt: bigint | null;
}

/** Escrow of a held policy. */
export interface EscrowState {
  address: string;
  vault: string;
  mediator: string;
  terms: EscrowTerms;
  /** Time at which the recipient signed the terms; null before. */
  acceptedAt: bigint | null;
  /** Time from which the current milestone may be submitted; null while it is not funded, accepted and at its turn. */
  readyAt: bigint | null;
  /** Start of the current milestone's mediation, which may lie ahead; null without a dispute. */
  mediationAt: bigint | null;
  /** First second in which anyone may pay the agreed split; null without a dispute. */
  mediationExpiresAt: bigint | null;
}

/** A policy, read at one slot. */
export interface PolicyState {
  address: string;
  policyId: number;
  owner: string;
  recipient: string;
  gateway: string;
  mint: string;
  /** Text of `memoOf`. */
  memo: string;
  /** `delegated`, `held`, or `closed` where the escrow was closed and the policy is left. */
  funding: "delegated" | "held" | "closed";
  isPaused: boolean;
  releaseCondition: number;
  /** Index of the next milestone; equals the number of milestones at the end. */
  currentMilestone: number;
  milestones: PolicyMilestone[];
  /** Sum of the milestones' amounts. */
  amount: bigint;
  /** Base units put into the vault so far, platform fee included; for a delegated policy, the sum that may be pulled. */
  funded: bigint;
  paid: bigint;
  /** Base units returned to the owner. After the escrow was closed the chain no longer says: null. */
  refunded: bigint | null;
  /** Base units in the vault, or that may still be pulled. */
  outstanding: bigint;
  gatewayFeeBps: number;
  protocolFeeBps: number;
  createdAt: bigint;
  updatedAt: bigint;
  /** Null unless `funding` is `held`. */
  escrow: EscrowState | null;
  /** The chain's time at which this was read. */
  time: bigint;
  /** Slot at which this was read. */
  slot: number;
}
