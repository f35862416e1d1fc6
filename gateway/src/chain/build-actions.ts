/** Builds the actions on a policy that exists. Each names its milestone, so that a repetition never acts on the next one. */
import * as sdk from "@milepost/sdk";
import type { TransactionInstruction } from "@solana/web3.js";
import { type Address, toAddress } from "./address";
import { type Build, toBuild } from "./build";
import type { ChainRuntime } from "./chain-runtime";
import { contextOf } from "./sdk-context";

/** A milestone of a policy. */
export interface MilestoneRef {
  /** Address of the policy. */
  policy: Address;
  /** Index within the policy, 0 to 3. */
  index: number;
}

const refOf = ({ policy, index }: MilestoneRef) => ({
  policyPda: toAddress(policy, "policy"),
  milestoneIndex: index,
});

async function build(
  chain: ChainRuntime,
  instructions: Promise<TransactionInstruction[]>,
): Promise<Build> {
  return toBuild(chain, await instructions);
}

/**
 * Builds `execute_payment` of one milestone. Under conditions 2 and 3 the gateway's signer signs; after a silent review
 * nobody needs to but the sponsor. Missing token accounts of the payees are created at the sponsor's cost.
 */
export const buildRelease = (chain: ChainRuntime, milestone: MilestoneRef): Promise<Build> =>
  build(chain, sdk.executePayment(contextOf(chain), refOf(milestone)));

/** Builds the submission of a milestone's work: `evidenceHash` has 32 bytes. The recipient signs. */
export const buildSubmit = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { evidenceHash: Uint8Array },
): Promise<Build> =>
  build(
    chain,
    sdk.submitMilestone(contextOf(chain), {
      ...refOf(milestone),
      evidenceHash: milestone.evidenceHash,
    }),
  );

/** Builds the approval, which releases the milestone at once. The owner signs; `evidenceHash` is what they reviewed. */
export const buildApprove = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { evidenceHash?: Uint8Array },
): Promise<Build> =>
  build(
    chain,
    sdk.approveMilestone(contextOf(chain), {
      ...refOf(milestone),
      evidenceHash: milestone.evidenceHash,
    }),
  );

/** Builds a dispute: `reasonHash` has 32 bytes. The owner signs. */
export const buildDispute = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { reasonHash: Uint8Array },
): Promise<Build> =>
  build(
    chain,
    sdk.disputeMilestone(contextOf(chain), {
      ...refOf(milestone),
      reasonHash: milestone.reasonHash,
    }),
  );

/** Builds the withdrawal of a dispute. The owner signs. */
export const buildWithdrawDispute = (
  chain: ChainRuntime,
  milestone: MilestoneRef,
): Promise<Build> => build(chain, sdk.withdrawDispute(contextOf(chain), refOf(milestone)));

/** Builds the start of mediation. `party`, owner or recipient, signs. */
export const buildRequestMediation = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { party: Address },
): Promise<Build> =>
  build(
    chain,
    sdk.requestMediation(contextOf(chain), {
      ...refOf(milestone),
      party: toAddress(milestone.party, "party"),
    }),
  );

/** Builds the mediator's decision: base units before fees for the recipient, the rest to the owner. The mediator signs. */
export const buildResolve = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { recipientAmount: bigint },
): Promise<Build> =>
  build(
    chain,
    sdk.resolveDispute(contextOf(chain), {
      ...refOf(milestone),
      recipientAmount: milestone.recipientAmount,
    }),
  );

/** Builds a division that both parties agree to. Owner and recipient sign. */
export const buildSettle = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { recipientAmount: bigint },
): Promise<Build> =>
  build(
    chain,
    sdk.settleMilestone(contextOf(chain), {
      ...refOf(milestone),
      recipientAmount: milestone.recipientAmount,
    }),
  );

/** Builds the payment of the agreed split after a mediation that timed out. The sponsor signs alone. */
export const buildExpireMediation = (
  chain: ChainRuntime,
  milestone: MilestoneRef,
): Promise<Build> => build(chain, sdk.expireMediation(contextOf(chain), refOf(milestone)));

/** Builds a refund. The owner signs; with `isAgreed` the recipient signs too, and the due date does not matter. */
export const buildReclaim = (
  chain: ChainRuntime,
  milestone: MilestoneRef & { isAgreed?: boolean },
): Promise<Build> =>
  build(
    chain,
    sdk.reclaimMilestone(contextOf(chain), {
      ...refOf(milestone),
      isAgreed: milestone.isAgreed ?? false,
    }),
  );

/** Builds the closing of an escrow and the deletion of its policy: all rent returns to the sponsor. The owner signs. */
export async function buildCloseEscrow(
  chain: ChainRuntime,
  { policy, isPolicyKept = false }: { policy: Address; isPolicyKept?: boolean },
): Promise<Build> {
  const context = contextOf(chain);
  const policyPda = toAddress(policy, "policy");
  const closing = await sdk.closeEscrow(context, { policyPda });
  if (isPolicyKept) return toBuild(chain, closing);
  const { userPayment, policyId } = await sdk.getPaymentPolicy(context, policyPda);
  const { owner, mint } = await sdk.getUserPayment(context, userPayment);
  const deletion = await sdk.deletePaymentPolicy(context, {
    tokenMint: mint,
    policyId,
    owner,
    skipChecks: true,
  });
  return toBuild(chain, [...closing, ...deletion]);
}

/** Builds the recipient's acceptance of an escrow that exists. `terms` and `mediator` default to the escrow's. */
export const buildAccept = (chain: ChainRuntime, { policy }: { policy: Address }): Promise<Build> =>
  build(chain, sdk.acceptEscrow(contextOf(chain), { policyPda: toAddress(policy, "policy") }));

/** Builds the funding of further milestones from `index` on. The owner signs. */
export const buildFundMilestones = (
  chain: ChainRuntime,
  { policy, index, milestones }: MilestoneRef & { milestones?: "next" | "all" | number },
): Promise<Build> =>
  build(
    chain,
    sdk.fundMilestones(contextOf(chain), {
      policyPda: toAddress(policy, "policy"),
      firstMilestone: index,
      milestones: milestones ?? "next",
    }),
  );
