import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import { checkConfig } from "../actions/milestone-parties";
import type { MilestoneContext } from "../context";
import { AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { toU8 } from "../input/numbers";
import { buildInstruction } from "../instruction";
import { getConfigPda } from "../pdas";
import { parseTokenAccount } from "../tokens/account";
import { requireReleasable } from "../release/token-requirements";
import { parseMint } from "../tokens/mint";
import { fundingCount, fundingSum, type MilestonesToFund, refuseFundingFrom } from "./funding";
import { type HeldPolicy, type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";
import { firstUnfunded } from "./milestone-state";
import { getVaultAddress } from "./vault";

/** Arguments of `fundMilestones`: the policy, which milestones, and the account that pays. */
export interface FundMilestonesArgs extends HeldPolicyArgs {
  /** Which of the unfunded milestones, in order. Default: `"next"`. */
  milestones?: MilestonesToFund;
  /** The first that is meant. Default: the first unfunded one as it is read. A resend never funds the next. */
  firstMilestone?: number;
  /** Pays; any token account of the mint that the owner owns. Default: the one the `UserPayment` names. */
  tokenAccount?: PublicKey;
}

/**
 * Puts milestones and the platform fee on each into the vault, all of them or none. The policy's owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`, `CpiGuardError`,
 * `MilestoneProgramError` (`ProgramPaused`, `InvalidEscrow`, `EscrowClosed`, `PolicyCompleted`,
 * `MilestoneAlreadyReleased`, `MilestoneAlreadyFunded`, `MilestoneNotFunded`, `InvalidFundingCount`,
 * `InsufficientFunds`, `TokenAccountFrozen`, `InvalidTokenAccount`).
 * @example
 * const instructions = await fundMilestones(context, { policyPda, milestones: "all" });
 */
export async function fundMilestones(
  context: MilestoneContext,
  args: FundMilestonesArgs,
): Promise<TransactionInstruction[]> {
  const { skipChecks } = args;
  const held = await loadHeldPolicy(context, args.policyPda);
  const { policy, userPayment, escrow } = held;
  const { milestone } = policy.policyType;
  const first =
    args.firstMilestone !== undefined
      ? toU8(args.firstMilestone, "firstMilestone")
      : escrow
        ? firstUnfunded(policy, escrow)
        : milestone.currentMilestone;
  if (!skipChecks) refuseFirst(held, first);
  const count = fundingCount(
    args.milestones ?? "next",
    first,
    milestone.totalMilestones,
    "milestones",
    skipChecks,
  );

  const tokenAccount = args.tokenAccount
    ? toAddress(args.tokenAccount, "tokenAccount")
    : userPayment.tokenAccount;
  const [config] = getConfigPda(context.programId);
  const [mintInfo, configInfo, sourceInfo] = await fetchAccountInfos(context, [
    userPayment.mint,
    config,
    tokenAccount,
  ]);
  if (!mintInfo) throw new AccountNotFoundError("Mint", userPayment.mint);
  const mint = parseMint(userPayment.mint, mintInfo);
  const vault = getVaultAddress(held.escrowAddress, mint.address, mint.tokenProgram);
  if (!skipChecks) {
    requireReleasable(mint);
    checkConfig(context, config, configInfo);
    refuseFundingFrom(tokenAccount, parseTokenAccount(tokenAccount, sourceInfo), {
      owner: userPayment.owner,
      mint: mint.address,
      sum: fundingSum(milestone, escrow?.platformFeeBps ?? 0, first, count),
    });
  }
  return [
    buildFunding(context, {
      owner: userPayment.owner,
      userPayment: policy.userPayment,
      policy: held.policyAddress,
      escrow: held.escrowAddress,
      vault,
      mint: mint.address,
      tokenAccount,
      tokenProgram: mint.tokenProgram,
      first,
      count,
    }),
  ];
}

/** In the program's order. */
function refuseFirst(held: HeldPolicy, first: number): void {
  const escrow = requireEscrow(held.policy, held.escrow);
  const { currentMilestone, totalMilestones } = held.policy.policyType.milestone;
  const unfunded = firstUnfunded(held.policy, escrow);
  const at = `First milestone to fund: ${first}; first unfunded: ${unfunded} of ${totalMilestones}`;
  if (first < currentMilestone) throw refuse("MilestoneAlreadyReleased", at);
  if (currentMilestone >= totalMilestones) throw refuse("PolicyCompleted", at);
  // The default points past the last one then.
  if (unfunded === totalMilestones) {
    throw refuse("MilestoneAlreadyFunded", `None of the ${totalMilestones} is left to fund`);
  }
  if (first < unfunded) throw refuse("MilestoneAlreadyFunded", at);
  if (first > unfunded) throw refuse("MilestoneNotFunded", at);
}

/** `fund_milestones` from known addresses. */
export function buildFunding(
  context: MilestoneContext,
  args: {
    owner: PublicKey;
    userPayment: PublicKey;
    policy: PublicKey;
    escrow: PublicKey;
    vault: PublicKey;
    mint: PublicKey;
    tokenAccount: PublicKey;
    tokenProgram: PublicKey;
    first: number;
    count: number;
  },
): TransactionInstruction {
  const { first, count, ...accounts } = args;
  return buildInstruction(
    "fundMilestones",
    { ...accounts, config: getConfigPda(context.programId)[0] },
    { firstMilestone: first, count },
    context.programId,
  );
}
