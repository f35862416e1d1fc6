import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { toHash } from "../input/hash";
import { buildInstruction } from "./build-instruction";
import {
  type HeldMilestoneArgs,
  type HeldPolicy,
  loadHeldPolicy,
  milestoneIndexOf,
  refuseAction,
  requireEscrow,
} from "./held-policy";

/** Arguments of `disputeMilestone`: the milestone, and the hash of the reason. */
export interface DisputeMilestoneArgs extends HeldMilestoneArgs {
  /** 32 bytes, SHA-256 of the objection: `hashDocument`, `hashFile`. */
  reasonHash: ArrayLike<number>;
}

/**
 * Disputes the submitted milestone within the dispute window. The milestone can then no longer be released, and mediation
 * starts by itself after the delay. The policy's owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `MilestoneProgramError`
 * (`MilestoneNotSubmitted`, `MilestoneInDispute`, `DisputeWindowClosed`, ...).
 * @example
 * const reasonHash = await hashDocument("The sink leaks.");
 * const instructions = await disputeMilestone(context, { policyPda, reasonHash });
 */
export async function disputeMilestone(
  context: MilestoneContext,
  args: DisputeMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const reasonHash = toHash(args.reasonHash, "reasonHash");
  const { held, milestoneIndex } = await loadFor("disputeMilestone", context, args);
  const accounts = { owner: held.userPayment.owner, ...addressesOf(held) };
  const data = { milestoneIndex, reasonHash };
  return [buildInstruction("disputeMilestone", accounts, data, context.programId)];
}

/**
 * Withdraws the dispute, before mediation. The review period still counts from the submission, and may be over by now.
 * The policy's owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `MilestoneProgramError`
 * (`MilestoneNotDisputed`, `MilestoneInMediation`, ...).
 * @example
 * const instructions = await withdrawDispute(context, { policyPda });
 */
export async function withdrawDispute(
  context: MilestoneContext,
  args: HeldMilestoneArgs,
): Promise<TransactionInstruction[]> {
  const { held, milestoneIndex } = await loadFor("withdrawDispute", context, args);
  const accounts = { owner: held.userPayment.owner, ...addressesOf(held) };
  return [buildInstruction("withdrawDispute", accounts, { milestoneIndex }, context.programId)];
}

/** Arguments of `requestMediation`: the milestone, and which party signs. */
export interface RequestMediationArgs extends HeldMilestoneArgs {
  /** Wallet of the owner or the recipient; signs. Default: the wallet. */
  party?: PublicKey;
}

/**
 * Starts the mediation of a disputed milestone now instead of after the delay. The owner or the recipient signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `MilestoneProgramError` (`InvalidParty`,
 * `MilestoneNotDisputed`, `MilestoneInMediation`, ...).
 * @example
 * const instructions = await requestMediation(context, { policyPda });
 */
export async function requestMediation(
  context: MilestoneContext,
  args: RequestMediationArgs,
): Promise<TransactionInstruction[]> {
  const party = toAddress(args.party ?? walletAddress(context), "party");
  const { held, milestoneIndex } = await loadFor("requestMediation", context, args, party);
  const accounts = { party, ...addressesOf(held) };
  return [buildInstruction("requestMediation", accounts, { milestoneIndex }, context.programId)];
}

async function loadFor(
  action: "disputeMilestone" | "withdrawDispute" | "requestMediation",
  context: MilestoneContext,
  args: HeldMilestoneArgs,
  party?: PublicKey,
): Promise<{ held: HeldPolicy; milestoneIndex: number }> {
  const held = await loadHeldPolicy(context, args.policyPda);
  const { policy, userPayment } = held;
  const milestoneIndex = milestoneIndexOf(policy, args.milestoneIndex);
  if (!args.skipChecks) {
    const escrow = requireEscrow(policy, held.escrow);
    if (party && !party.equals(userPayment.owner) && !party.equals(policy.recipient)) {
      const parties = `${userPayment.owner.toBase58()} or ${policy.recipient.toBase58()}`;
      throw refuse("InvalidParty", `Expected: ${parties}`, `Got: ${party.toBase58()}`);
    }
    refuseAction(action, { ...held, escrow }, milestoneIndex);
  }
  return { held, milestoneIndex };
}

function addressesOf({ policy, policyAddress, escrowAddress }: HeldPolicy) {
  return { userPayment: policy.userPayment, policy: policyAddress, escrow: escrowAddress };
}
