/** Rows of projects as the database returns them. */
import type { EscrowTerms } from "@milepost/sdk";
import type { Mode } from "../caller/mode";
import type { Currency } from "../chain/chain-runtime";
import type { PolicyState } from "../chain/policy-state";
import type { PersonRow } from "../persons/store";
import type { ProjectSize, ProjectType, VerificationMethod } from "./milestone-templates";

/** Roles of a project's parties: payer, payee, and who divides a milestone in mediation. */
export const PARTY_ROLES = ["homeowner", "contractor", "mediator"] as const;
/** One of `PARTY_ROLES`. */
export type PartyRole = (typeof PARTY_ROLES)[number];

/** Status of a project. `completed` and `canceled` are final. */
export type ProjectStatus = "draft" | "active" | "completed" | "canceled";

/** How a milestone ended on chain. Money in base units. */
export interface Payout {
  ending: "executed" | "approved" | "resolved" | "expired" | "settled" | "reclaimed";
  /** Share of the amount for the contractor, before the fees that the program takes from it. */
  amount: bigint;
  /** What the contractor received. */
  recipientAmount: bigint;
  gatewayFee: bigint;
  protocolFee: bigint;
  platformFee: bigint;
  /** What the homeowner got back. */
  refunded: bigint;
  signature: string;
  /** Unix seconds by the chain's clock. */
  at: bigint;
}

/** A policy of a project: up to four of its milestones. */
export interface ProjectPolicy {
  address: string;
  part: number;
  escrow: string;
  vault: string;
  /** Last confirmed state; of a closed policy, the last one before the closing. */
  state: PolicyState;
  slot: bigint;
  last_signature: string | null;
  closed_at: bigint | null;
}

/** A transaction of a project that has not landed yet. */
export interface PendingAction {
  id: string;
  kind: string;
  milestone_id: string | null;
  person_id: string | null;
  created_at: Date;
}

/** A milestone of a project. */
export interface MilestoneRow {
  id: string;
  project_id: string;
  index: number;
  title: string;
  description: string;
  verification_method: VerificationMethod;
  amount: bigint;
  due_date: bigint | null;
  /** Null until it has ended on chain. */
  payout: Payout | null;
}

/** A project with its parties and milestones. */
export interface ProjectRow {
  id: string;
  account_id: string;
  mode: Mode;
  status: ProjectStatus;
  title: string;
  bid_id: string | null;
  project_type: ProjectType;
  size: ProjectSize;
  currency: Currency;
  decimals: number;
  amount: bigint;
  parties: Readonly<Record<PartyRole, PersonRow>>;
  /** Wallets, fixed at the finalization; null before. */
  wallets: Readonly<Record<PartyRole, string>> | null;
  terms: EscrowTerms;
  /** 4: the homeowner approves; 5: not before the due date. */
  release_condition: 4 | 5;
  gateway_fee_bps: number | null;
  protocol_fee_bps: number | null;
  genesis_hash: string;
  metadata: Record<string, unknown>;
  created_at: Date;
  updated_at: Date;
  finalized_at: bigint | null;
  ended_at: bigint | null;
  /** Why the project needs attention; null for nothing. */
  problem: string | null;
  /** In order. */
  milestones: MilestoneRow[];
  /** In the order of the parts. */
  policies: ProjectPolicy[];
  pending: PendingAction | null;
}
