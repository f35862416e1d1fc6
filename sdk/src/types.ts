import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";

/** What the owner set a policy to; a completed policy is paused for good. Anchor's shape of an enum. */
export type PaymentStatus =
  | {
      /** Variant that lets milestones be released; its value is an empty object. */
      active: Record<string, never>;
    }
  | {
      /** Variant that refuses releases; its value is an empty object. */
      paused: Record<string, never>;
    };

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
  /** Reserved bytes, 53 zeros. */
  padding: number[];
}

/** A policy's kind, as Anchor decodes the enum. */
export interface PolicyType {
  /** Body of the only variant that exists. */
  milestone: Milestone;
}

/** One agreement between an owner and a recipient. */
export interface PaymentPolicy {
  /** Address of the owner's `UserPayment` on the mint; it names the owner. */
  userPayment: PublicKey;
  /** Wallet that is paid. */
  recipient: PublicKey;
  /** Account of the gateway, not its signer. */
  gateway: PublicKey;
  /** Milestones and their release condition. */
  policyType: PolicyType;
  /** Status, which the owner sets while the policy is delegated; paused for good once it is completed or closed. */
  status: PaymentStatus;
  /** 64 bytes; `decodeMemo` reads them. */
  memo: number[];
  /** Gross of everything released, in base units. */
  totalPaid: BN;
  /** Id of the policy, unique within its `UserPayment` and never used again. */
  policyId: number;
  /** Unix seconds of its creation, by the chain's clock. */
  createdAt: BN;
  /** Unix seconds of its last change: a milestone's end, a status, or its escrow's opening or closing. */
  updatedAt: BN;
  /** Basis points as they stood at creation. */
  protocolFeeBps: number;
  /** Basis points as they stood at creation. */
  gatewayFeeBps: number;
  /** Bump seed of its address, 0 to 255. */
  bump: number;
  /** Address that paid the rent and gets it back at deletion. */
  rentPayer: PublicKey;
  /** `FUNDING_KIND_DELEGATED`, `FUNDING_KIND_HELD` or `FUNDING_KIND_CLOSED`. */
  fundingKind: number;
  /** Reserved bytes, 20 zeros. */
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

/** What both parties sign: the owner with `openEscrow`, the recipient with `acceptEscrow`. Fixed from then on. */
export interface EscrowTerms {
  /** 1 to 31,536,000 s: silence after which a submission counts as approved. Default: 7 days. */
  reviewPeriodSecs: number;
  /**
   * 1 s to the review period: how long after a submission the owner may dispute it. Default: 5 days, or the review
   * period where that is shorter.
   */
  disputeWindowSecs: number;
  /** 0 to 31,536,000 s: from a dispute to mediation by itself. Default: 3 days. */
  mediationDelaySecs: number;
  /** 1 to 31,536,000 s: from mediation until anyone may pay out the agreed split. Default: 14 days. */
  mediationTimeoutSecs: number;
  /**
   * 1 to 31,536,000 s: from the due date, or from when it could be submitted if that is later, until the owner may
   * reclaim what was not submitted. Default: 7 days.
   */
  deliveryGraceSecs: number;
  /** 0 to 10,000 bps: the recipient's share when the mediation times out. Default: 5,000. */
  timeoutRecipientBps: number;
  /** 0 to 1,000 bps: what the owner pays the gateway on top of each milestone. Default: 0. */
  platformFeeBps: number;
}

/** Terms and state of a held policy. Periods are seconds, times Unix seconds. */
export interface Escrow extends EscrowTerms {
  /** Address of the policy. */
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
  /** Unix seconds of its opening, by the chain's clock. */
  createdAt: BN;
  /** Unix seconds of its last change, by the chain's clock. */
  updatedAt: BN;
  /** Bump seed of its address, 0 to 255. */
  bump: number;
  /** Four slots, as in the policy. */
  milestones: EscrowMilestone[];
  /** Reserved bytes, 19 zeros. */
  reserved: number[];
}

/** The SPL delegate of the owner's token account, for all of the owner's policies on one mint. */
export interface UserPayment {
  /** Wallet that pays. */
  owner: PublicKey;
  /** Mint that its policies pay in. */
  mint: PublicKey;
  /** Token account that payments are pulled from; `owner` owned it at creation. */
  tokenAccount: PublicKey;
  /** Sum of what all live policies may still pull, in base units. */
  committed: BN;
  /** Number of policies that are not deleted; it closes at 0 only. */
  openPolicies: number;
  /** Id that the next policy gets, an unsigned 32-bit integer; starts near the slot of its creation. */
  nextPolicyId: number;
  /** Bump seed of its address, 0 to 255. */
  bump: number;
  /** Address that paid the rent and gets it back at closing. */
  rentPayer: PublicKey;
  /** Unix seconds of its creation, by the chain's clock. */
  createdAt: BN;
  /** Unix seconds of the last change of `committed` or of its policies. */
  updatedAt: BN;
  /** Reserved bytes, 36 zeros. */
  reserved: number[];
}

/** A platform between owners and recipients. */
export interface PaymentGateway {
  /** Address that may update and close it; its address follows from this one. */
  authority: PublicKey;
  /** Signs releases of conditions 2 and 3. */
  signer: PublicKey;
  /** Wallet whose token accounts receive the gateway's fees. */
  feeRecipient: PublicKey;
  /** Fee in basis points, 0 to 1,000; a policy keeps what it was at the policy's creation. */
  feeBps: number;
  /** 32 bytes; `decodeMemo` reads them. */
  name: number[];
  /** 64 bytes; `decodeMemo` reads them. */
  url: number[];
  /** Number of policies that name it and are not deleted; it closes at 0 only. */
  openPolicies: number;
  /** Bump seed of its address, 0 to 255. */
  bump: number;
  /** Address that paid the rent and gets it back at closing. */
  rentPayer: PublicKey;
  /** Unix seconds of its creation, by the chain's clock. */
  createdAt: BN;
  /** Unix seconds of the last change of its settings; policies that come and go leave it. */
  updatedAt: BN;
  /** Share of its own fee, in basis points, that it pays to the keeper that an execution names; see `keeperReward`. */
  keeperRewardBps: number;
  /** Reserved bytes, 30 zeros. */
  reserved: number[];
}

/** Program-wide settings. */
export interface ProgramConfig {
  /** Address that may change the settings. */
  authority: PublicKey;
  /** All zero when no hand-over is under way. */
  pendingAuthority: PublicKey;
  /** Wallet whose token accounts receive protocol fees. */
  feeRecipient: PublicKey;
  /** Protocol fee in basis points, 0 to 500; a policy keeps what it was at the policy's creation. */
  protocolFeeBps: number;
  /** 1 refuses creation and execution, nothing else. */
  isPaused: number;
  /** Bump seed of its address, 0 to 255. */
  bump: number;
  /** Reserved bytes, 32 zeros. */
  reserved: number[];
}

/** An account with its address, as the lists return it. */
export interface WithAddress<T> {
  /** Address of the account. */
  address: PublicKey;
  /** Account as it was decoded. */
  account: T;
}
