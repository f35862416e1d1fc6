/** A dispute as the services see it. */
import type { Transitions } from "../status/status-machine";

export const DISPUTE_STATUSES = [
  "raised",
  "in_mediation",
  "withdrawn",
  "resolved",
  "failed",
] as const;

/** State of a dispute. `failed`: it could not be put on chain, and holds nothing back. */
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** What may follow. */
export const DISPUTE_TRANSITIONS: Transitions<DisputeStatus> = {
  raised: ["in_mediation", "withdrawn", "resolved", "failed"],
  in_mediation: ["resolved"],
  withdrawn: [],
  resolved: [],
  failed: [],
};

export const DISPUTE_OUTCOMES = ["MERCHANT_WON", "BUYER_WON", "PARTIAL_REFUND"] as const;

/** How a dispute ended, as Finternet names it. */
export type DisputeOutcome = (typeof DISPUTE_OUTCOMES)[number];

/** A dispute about one milestone of an order. */
export interface Dispute {
  id: string;
  intentId: string;
  milestoneId: string;
  reason: string;
  /** SHA-256 of the reason, hex: what goes on chain. */
  reasonHash: string;
  raisedBy: string;
  status: DisputeStatus;
  /** False where the gateway alone holds the money back, because nothing was submitted on chain. */
  isOnChain: boolean;
  /** Unix seconds of the chain. */
  raisedAt: bigint;
  resolvedAt: bigint | null;
  outcome: DisputeOutcome | null;
  signature: string | null;
  /** Why it failed. */
  problem: string | null;
  jobId: string | null;
  createdAt: Date;
  updatedAt: Date;
}
