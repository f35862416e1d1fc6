/** Chooses who signs the release of a milestone, and checks that it can be released. */
import type { PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_HELD, MAX_MILESTONES } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { InvalidInputError } from "../errors/input";
import { refuse } from "../errors/program";
import type { ReleaseSnapshot } from "../release/snapshot";
import { isApprovedBySilence } from "../rules/escrow-timing";
import { milestoneStateAt } from "../rules/milestone-state";
import { requiredSigner } from "../rules/release-condition";

/**
 * Returns the executor. Unless `skipChecks`, throws `MilestoneProgramError` or `InvalidInputError` when the milestone
 * cannot be executed, or not by this executor.
 */
export function chooseExecutor(
  context: MilestoneContext,
  snapshot: ReleaseSnapshot,
  milestoneIndex: number,
  options: { executor?: PublicKey; skipChecks?: boolean },
): PublicKey {
  const { policy, userPayment, gateway, escrow } = snapshot;
  const review = reviewOf(snapshot, milestoneIndex);
  const required = review.isSilent
    ? null
    : requiredSigner(policy.policyType.milestone.releaseCondition, {
        gatewaySigner: gateway.signer,
        owner: userPayment.owner,
        recipient: policy.recipient,
      });
  const executor = options.executor ?? required?.address ?? walletAddress(context);
  if (options.skipChecks) return executor;
  refuseWithoutEscrow(snapshot);
  refuseWrongIndex(snapshot, milestoneIndex);
  if (review.isInMediation) {
    throw refuse("MilestoneInMediation", `Mediator: ${escrow!.account.mediator.toBase58()}`);
  }
  if (required && !review.isUnderWay && !executor.equals(required.address)) {
    const party = `${required.role} ${required.address.toBase58()}`;
    throw refuse("InvalidSigner", `Expected: ${party}`, `Got: ${executor.toBase58()}`);
  }
  return executor;
}

/** Returns where the review of a held milestone stands by the chain's clock. */
function reviewOf(
  { policy, escrow, now }: ReleaseSnapshot,
  index: number,
): { isUnderWay: boolean; isSilent: boolean; isInMediation: boolean } {
  const isCurrent = index === policy.policyType.milestone.currentMilestone;
  const state =
    escrow && isCurrent && index < MAX_MILESTONES
      ? milestoneStateAt(escrow.account, index, now)
      : null;
  return {
    // Waiting alone makes anyone the right executor.
    isUnderWay: state === "submitted",
    isSilent: state === "submitted" && isApprovedBySilence(escrow!.account, index, now),
    isInMediation: state === "mediation",
  };
}

function refuseWithoutEscrow({ policy, escrow, policyAddress }: ReleaseSnapshot): void {
  const address = `Policy: ${policyAddress.toBase58()}`;
  if (policy.fundingKind === FUNDING_KIND_CLOSED) throw refuse("EscrowClosed", address);
  if (policy.fundingKind === FUNDING_KIND_HELD && !escrow) throw refuse("InvalidEscrow", address);
}

function refuseWrongIndex(snapshot: ReleaseSnapshot, milestoneIndex: number): void {
  const { currentMilestone, totalMilestones } = snapshot.policy.policyType.milestone;
  const at = `Milestone ${milestoneIndex}; current is ${currentMilestone} of ${totalMilestones}`;
  if (milestoneIndex < currentMilestone) throw refuse("MilestoneAlreadyReleased", at);
  if (currentMilestone >= totalMilestones) throw refuse("PolicyCompleted", at);
  if (milestoneIndex >= totalMilestones) {
    throw new InvalidInputError({
      field: "milestoneIndex",
      expected: `${currentMilestone} to ${totalMilestones - 1}`,
      received: milestoneIndex,
    });
  }
}
