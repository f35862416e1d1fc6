import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import { parseTokenAccount } from "../tokens/account";
import { buildFunding } from "./fund-milestones";
import { fundingCount, fundingSum, type MilestonesToFund, refuseFundingFrom } from "./funding";
import { type OpenEscrowArgs, prepareOpening } from "./open-escrow";

/** Arguments of `moveToEscrow`: those of `openEscrow`, and what is funded at once. */
export interface MoveToEscrowArgs extends OpenEscrowArgs {
  /** Which of the remaining milestones go into the vault now: the next one, all, or so many. */
  milestones: MilestonesToFund;
  /** Pays; any token account of the mint that the owner owns. Default: the one the `UserPayment` names. */
  tokenAccount?: PublicKey;
}

/**
 * Moves what remains of a delegated policy into a vault: `openEscrow` and `fundMilestones`, for one transaction. The
 * policy's owner signs, and the payer. The recipient accepts with `acceptEscrow`; until then nothing can be released.
 * Throws what these two throw.
 * @example
 * const instructions = await moveToEscrow(context, { policyPda, mediator, milestones: "all" });
 */
export async function moveToEscrow(
  context: MilestoneContext,
  args: MoveToEscrowArgs,
): Promise<TransactionInstruction[]> {
  const opening = await prepareOpening(context, args);
  const { policy, userPayment, mint, escrow, vault } = opening;
  const { milestone } = policy.policyType;
  const first = milestone.currentMilestone;
  const count = fundingCount(
    args.milestones,
    first,
    milestone.totalMilestones,
    "milestones",
    args.skipChecks,
  );
  let { tokenAccount } = userPayment;
  let { source } = opening;
  if (args.tokenAccount) {
    tokenAccount = toAddress(args.tokenAccount, "tokenAccount");
    const [info] = await fetchAccountInfos(context, [tokenAccount]);
    source = parseTokenAccount(tokenAccount, info);
  }
  if (!args.skipChecks) {
    refuseFundingFrom(tokenAccount, source, {
      owner: userPayment.owner,
      mint: mint.address,
      sum: fundingSum(milestone, opening.terms.platformFeeBps, first, count),
    });
  }
  const funding = buildFunding(context, {
    owner: userPayment.owner,
    userPayment: policy.userPayment,
    policy: opening.policyAddress,
    escrow,
    vault,
    mint: mint.address,
    tokenAccount,
    tokenProgram: mint.tokenProgram,
    first,
    count,
  });
  return [opening.instruction, funding];
}
