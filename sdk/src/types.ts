import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { EscrowTerms } from "./escrow/terms";

/** What the owner set a policy to; a completed policy is paused for good. Anchor's shape of an enum. */
export type PaymentStatus = { active: Record<string, never> } | { paused: Record<string, never> };

/** The 128 bytes of spec 003's `PolicyType::Milestone`. */
export interface Milestone {
  /** Base units of the mint, four slots, unused ones zero. */
  milestoneAmounts: BN[];
  /** Unix seconds, four slots, unused ones zero. */
  milestoneTimestamps: BN[];
  /** Next milestone to release; equals `totalMilestones` when all are. */
  currentMilestone: number;
  /** 0, 1, 2, 3, 4, 5, 8 or 9. */
  releaseCondition: number;
  /** 1 to 4. */
  totalMilestones: number;
  /** Sum of the amounts. */
  escrowAmount: BN;
  padding: number[];
}

/** A policy's kind, as Anchor decodes the enum. */
export interface PolicyType {
  milestone: Milestone;
}

/** One agreement between an owner and a recipient. */
export interface PaymentPolicy {
  userPayment: PublicKey;
  recipient: PublicKey;
  gateway: PublicKey;
  policyType: PolicyType;
  status: PaymentStatus;
  /** 64 bytes; `decodeMemo` reads them. */
  memo: number[];
  /** Gross of everything released, in base units. */
  totalPaid: BN;
  policyId: number;
  createdAt: BN;
  updatedAt: BN;
  /** Basis points as they stood at creation. */
  protocolFeeBps: number;
  /** Basis points as they stood at creation. */
  gatewayFeeBps: number;
  bump: number;
  rentPayer: PublicKey;
  /** `FUNDING_KIND_DELEGATED`, `FUNDING_KIND_HELD` or `FUNDING_KIND_CLOSED`. */
  fundingKind: number;
  reserved: number[];
}

/** Where a held milestone stands (`docs/escrow.md`). `released`, `resolved` and `refunded` are final. */
export type MilestoneStateName =
  | "unfunded"
  | "funded"
  | "submitted"
  | "disputed"
  | "mediation"
  | "released"
  | "resolved"
  | "refunded";

/** A `MilestoneStateName` as Anchor decodes the enum, such as `{ funded: {} }`. */
export type MilestoneState = {
  [N in MilestoneStateName]: Record<N, Record<string, never>>;
}[MilestoneStateName];

/** Which instruction ended a held milestone, as Anchor decodes it out of `MilestoneFinalized`. */
export type MilestoneEnding = {
  [N in MilestoneEndingName]: Record<N, Record<string, never>>;
}[MilestoneEndingName];

/** The names of `MilestoneEnding`. */
export type MilestoneEndingName =
  "executed" | "approved" | "resolved" | "expired" | "settled" | "reclaimed";

/** One milestone of an escrow. `paid + refunded` is 0 until it ends and `funded` from then on. */
export interface EscrowMilestone {
  /** As it is stored: a dispute is in mediation from `Escrow.mediationAt` on, see `milestoneStateAt`. */
  state: MilestoneState;
  /** Base units that the owner put into the vault: the milestone's amount and the platform fee on top. */
  funded: BN;
  /** Base units that left the vault to the recipient, the gateway and the protocol. */
  paid: BN;
  /** Base units that went back to the owner. */
  refunded: BN;
  /** Unix seconds of the last submission; 0 before. */
  submittedAt: BN;
  /** Unix seconds of the last dispute; 0 before. */
  disputedAt: BN;
  /** 32 bytes, SHA-256 of what was submitted last. */
  evidenceHash: number[];
  /** 32 bytes, SHA-256 of why it was disputed last. */
  reasonHash: number[];
}

/** Terms and state of a held policy. Periods are seconds, times Unix seconds. */
export interface Escrow extends EscrowTerms {
  policy: PublicKey;
  /** Divides a milestone in mediation; neither owner nor recipient. */
  mediator: PublicKey;
  /** The escrow's associated token account of the mint. */
  vault: PublicKey;
  /** Gets the rent back, the vault's too. */
  rentPayer: PublicKey;
  /** When the recipient signed the terms; 0 before. */
  acceptedAt: BN;
  /** Since when the current milestone is accepted, funded and at its turn; 0 when it is not all three. */
  readyAt: BN;
  /** Start of the current milestone's mediation, which may lie ahead; 0 without a dispute. */
  mediationAt: BN;
  createdAt: BN;
  updatedAt: BN;
  bump: number;
  /** Four slots, as in the policy. */
  milestones: EscrowMilestone[];
  reserved: number[];
}

/** The SPL delegate of the owner's token account, for all of the owner's policies on one mint. */
export interface UserPayment {
  owner: PublicKey;
  mint: PublicKey;
  tokenAccount: PublicKey;
  /** Sum of what all live policies may still pull, in base units. */
  committed: BN;
  openPolicies: number;
  nextPolicyId: number;
  bump: number;
  rentPayer: PublicKey;
  createdAt: BN;
  updatedAt: BN;
  reserved: number[];
}

/** A platform between owners and recipients. */
export interface PaymentGateway {
  authority: PublicKey;
  /** Signs releases of conditions 2 and 3. */
  signer: PublicKey;
  feeRecipient: PublicKey;
  feeBps: number;
  /** 32 bytes; `decodeMemo` reads them. */
  name: number[];
  /** 64 bytes; `decodeMemo` reads them. */
  url: number[];
  openPolicies: number;
  bump: number;
  rentPayer: PublicKey;
  createdAt: BN;
  updatedAt: BN;
  /** Share of its own fee, in basis points, that it pays to whoever executes; see `keeperReward`. */
  keeperRewardBps: number;
  reserved: number[];
}

/** Program-wide settings. */
export interface ProgramConfig {
  authority: PublicKey;
  /** All zero when no hand-over is under way. */
  pendingAuthority: PublicKey;
  feeRecipient: PublicKey;
  protocolFeeBps: number;
  /** 1 refuses creation and execution, nothing else. */
  isPaused: number;
  bump: number;
  reserved: number[];
}

/** An account with its address, as the lists return it. */
export interface WithAddress<T> {
  address: PublicKey;
  account: T;
}
