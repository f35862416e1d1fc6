/** What the model of held escrow knows, and nothing about how it changes: no SDK, no Anchor, nothing read from a chain. */
import type { Person, Terms } from "../world";
import type { PolicyState } from "../stateful/layout";

/** An address as base58, which compares with `===`. */
export type Address = string;

/** In the order of their bytes. (docs/accounts.md) */
export const MILESTONE_STATES = [
  "unfunded",
  "funded",
  "submitted",
  "disputed",
  "mediation",
  "released",
  "resolved",
  "refunded",
] as const;
export type MilestoneState = (typeof MILESTONE_STATES)[number];

export const isFinal = (state: MilestoneState): boolean =>
  state === "released" || state === "resolved" || state === "refunded";

export interface HeldMilestone {
  /** As stored: a dispute in mediation by time alone is still "disputed". */
  state: MilestoneState;
  funded: bigint;
  paid: bigint;
  refunded: bigint;
  submittedAt: bigint;
  disputedAt: bigint;
  /** The byte that all 32 of the hash are. */
  evidence: number;
  reason: number;
}

export interface EscrowState {
  policy: Address;
  mediator: Address;
  vault: Address;
  rentPayer: Address;
  terms: Terms;
  acceptedAt: bigint;
  readyAt: bigint;
  mediationAt: bigint;
  createdAt: bigint;
  updatedAt: bigint;
  bump: number;
  milestones: HeldMilestone[];
}

/** The three addresses of a policy, whether or not its escrow exists. */
export interface Places {
  policy: Address;
  escrow: Address;
  vault: Address;
}

export type FundingKind = "delegated" | "held" | "closed";

export interface LivePolicy {
  places: Places;
  state: PolicyState;
  kind: FundingKind;
  /** While it is held. */
  escrow: EscrowState | null;
  /** What is in the vault, donations included. */
  vault: bigint;
}

/** Who holds tokens: everyone of the world. */
export type Tokens = Record<Person, bigint>;

export interface Model {
  time: bigint;
  isPaused: boolean;
  protocolFeeBps: number;
  gatewaySigner: Person;
  gatewayFeeBps: number;
  gatewayUpdatedAt: bigint;
  keeperRewardBps: number;
  /** Fields of the owner's `UserPayment`. */
  committed: bigint;
  nextPolicyId: number;
  userPaymentUpdatedAt: bigint;
  allowance: bigint;
  tokens: Tokens;
  /** Lamports of the payer of all rent, who pays nothing else. */
  rentPayerLamports: bigint;
  /** By address, the oldest first. */
  policies: Map<Address, LivePolicy>;
  /** Addresses of policies that were deleted. */
  graveyard: Places[];
}

/** Lamports that make an account of each kind rent exempt. */
export interface Rents {
  policy: bigint;
  escrow: bigint;
  vault: bigint;
}

/** Pays the rent of all policies and escrows, and no fee: what comes back to it is predictable to the last lamport. */
export const RENT_PAYER: Person = "protocolFees";

export const currentOf = (policy: LivePolicy): number => policy.state.currentMilestone;
export const isCompleted = ({ state }: LivePolicy): boolean =>
  state.currentMilestone >= state.totalMilestones;

/** Whether only deletion is left. */
export const isOver = (policy: LivePolicy): boolean =>
  policy.kind === "closed" || (policy.kind === "delegated" && isCompleted(policy));

/** The current milestone of a held policy that is not completed. */
export function currentMilestone(policy: LivePolicy): HeldMilestone | null {
  if (!policy.escrow || isCompleted(policy)) return null;
  return policy.escrow.milestones[currentOf(policy)] as HeldMilestone;
}

export const outstandingOf = (escrow: EscrowState): bigint =>
  escrow.milestones.reduce((sum, { funded, paid, refunded }) => sum + funded - paid - refunded, 0n);
