/** A milestone as the services see it: money in bigint base units, times in Unix seconds of the chain. */
import type { MilestoneStatus } from "./milestone-status";

/** One milestone of an intent. */
export interface Milestone {
  id: string;
  intentId: string;
  milestoneIndex: number;
  /** Base units; null for a draft by percentage alone, until the schedule is fixed. */
  amount: bigint | null;
  /** As it was sent. */
  percentage: string | null;
  description: string | null;
  status: MilestoneStatus;
  completedBy: string | null;
  completionProof: string | null;
  completionProofUri: string | null;
  /** SHA-256 in hex: what goes on chain. */
  proofHash: string | null;
  completedAt: bigint | null;
  /** The transaction that put the completion on chain. */
  completionSignature: string | null;
  /** From when on the payer's silence pays. */
  silentApprovalAt: bigint | null;
  /** The job of the last transaction that was asked for. */
  jobId: string | null;
  releasedAt: bigint | null;
  /** The transaction that ended it. */
  releaseSignature: string | null;
  releaseSlot: number | null;
  /** Base units to payee and fees: `fee` plus what the payee received. */
  paid: bigint;
  fee: bigint;
  /** Base units back to the payer. */
  refunded: bigint;
  /** How often a transaction for it was begun. */
  attempt: number;
  createdAt: Date;
  updatedAt: Date;
}
