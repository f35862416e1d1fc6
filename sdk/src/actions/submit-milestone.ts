import type { TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { toHash } from "../input/hash";
import { buildInstruction } from "./build-instruction";
import {
  type HeldMilestoneArgs,
  loadHeldPolicy,
  milestoneIndexOf,
  refuseAction,
  requireEscrow,
} from "./held-policy";

/** Arguments of `submitMilestone`: the milestone, and the hash of the submission. */
export interface SubmitMilestoneArgs extends HeldMilestoneArgs {
  /** Hash of the delivered work, SHA-256, 32 bytes: `hashDocument`, `hashFile`. */
  evidenceHash: ArrayLike<number>;
}

/**
 * Submits the current milestone's work and starts the review period. If the owner stays silent through it, anyone may
 * release. After a dispute, a new submission starts the review again. The policy's recipient signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `MilestoneProgramError` (`EscrowNotAccepted`,
 * `MilestoneNotFunded`, `MilestoneAlreadySubmitted`, `MilestoneInMediation`, ...).
 * @example
 * const instructions = await submitMilestone(context, { policyPda, evidenceHash: await hashFile("./delivery.zip") });
 */
export async function submitMilestone(
  context: MilestoneContext,
  args: SubmitMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const evidenceHash = toHash(args.evidenceHash, "evidenceHash");
  const held = await loadHeldPolicy(context, args.policyPda);
  const { policy } = held;
  const milestoneIndex = milestoneIndexOf(policy, args.milestoneIndex);
  if (!args.skipChecks) {
    const escrow = requireEscrow(policy, held.escrow);
    refuseAction("submitMilestone", { ...held, escrow }, milestoneIndex);
  }
  return [
    buildInstruction(
      "submitMilestone",
      { recipient: policy.recipient, policy: held.policyAddress, escrow: held.escrowAddress },
      { milestoneIndex, evidenceHash },
      context.programId,
    ),
  ];
}
