import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { toAddress } from "../input/address";
import { parseTokenAccount } from "../tokens/account";
import { buildFunding } from "./fund-milestones";
import { fundingCount, fundingSum, type MilestonesToFund, refuseFundingFrom } from "./funding";
import { type OpenEscrowArgs, prepareOpening } from "./open-escrow";

/** Arguments of `moveToEscrow`: the arguments of `openEscrow`, and the milestones to fund. */
export interface MoveToEscrowArgs extends OpenEscrowArgs {
  /** Selection of the remaining milestones to fund now: the next one, all, or a number of them. */
  milestones: MilestonesToFund;
  /** Token account that pays: any of the mint that the owner owns. Default: the one that the `UserPayment` names. */
  tokenAccount?: PublicKey;
}

/**
 * Moves the rest of a delegated policy into a vault: `openEscrow` and `fundMilestones` in one transaction. The policy's
 * owner and the payer sign. Nothing can be released until the recipient accepts with `acceptEscrow`.
 * Throws what `openEscrow` and `fundMilestones` throw.
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
