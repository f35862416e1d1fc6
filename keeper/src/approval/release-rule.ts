/** The decision that a gateway makes before its key signs a release. */
import type { PublicKey } from "@solana/web3.js";

/** A release rule's answer: `no` is asked again after the longest delay, `later` after the usual backoff. */
export type Approval = "yes" | "no" | "later";

/** A decision on releases, made before the gateway's key signs. */
export interface ReleaseRule {
  /** Name of the rule, for logs and tests. */
  readonly name: string;
  /**
   * Decides whether the gateway's key signs the release of a milestone (index from 0) that is due. A rejection, or no
   * answer within 15 seconds, counts as `later`.
   */
  approve(policy: PublicKey, milestoneIndex: number): Promise<Approval>;
}
