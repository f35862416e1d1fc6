import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";

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
  /** 0 = delegated. */
  fundingKind: number;
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
