/** What a job on a milestone carries. */
import type { SignedPayload } from "../signing/service";
import type { Milestone } from "./milestone";

/** Payload of a job on a milestone. */
export interface ActionPayload {
  intentId: string;
  milestoneId: string;
  /** 32 bytes in hex, for a submission, an approval or a dispute. */
  hash?: string;
  /** Base units before fees, for a division. */
  recipientUnits?: string;
  /** True for a refund that both parties sign. */
  isAgreed?: boolean;
  /** Party that asks for mediation. */
  role?: "payer" | "payee";
  /** Unix seconds at which a job that nobody asked for acts; a milestone that waits for another time has another job. */
  due?: string;
  /** Dispute that the job is about. */
  disputeId?: string;
  /** Live: the bytes that the parties signed. */
  signed?: SignedPayload;
  /** Live: what a submission's request said about it. */
  labels?: Pick<Milestone, "completedBy" | "completionProof" | "completionProofUri">;
  /** Live: what a dispute's request said about it. */
  dispute?: { reason: string; raisedBy: string };
}
