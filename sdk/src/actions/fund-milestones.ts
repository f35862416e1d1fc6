import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { toU8 } from "../input/numbers";
import { getConfigPda } from "../pdas";
import { requireReleasable } from "../release/token-requirements";
import { firstUnfunded } from "../rules/milestone-state";
import { parseTokenAccount } from "../tokens/account";
import { parseMint } from "../tokens/mint";
import { getVaultAddress } from "../tokens/vault";
import { buildInstruction } from "./build-instruction";
import {
  type EscrowAccounts,
  fundingCount,
  fundingSum,
  type MilestonesToFund,
  refuseFundingFrom,
} from "./funding";
import { type HeldPolicy, type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";
import { checkConfig } from "./milestone-parties";

/** Arguments of `fundMilestones`: the policy, which milestones, and the account that pays. */
export interface FundMilestonesArgs extends HeldPolicyArgs {
  /** Selection of the unfunded milestones, in order. Default: `"next"`. */
  milestones?: MilestonesToFund;
  /** Index of the first one to fund. Default: the first unfunded one now. A resend never funds the next. */
  firstMilestone?: number;
  /** Token account that pays: any of the mint that the owner owns. Default: the one that the `UserPayment` names. */
  tokenAccount?: PublicKey;
}

/**
 * Transfers the selected milestones, each with its platform fee, into the vault. The policy's owner signs.
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
  const first = firstToFund(held, args.firstMilestone);
  if (!skipChecks) refuseFirst(held, first);
  const wanted = args.milestones ?? "next";
  const count = fundingCount(wanted, first, milestone.totalMilestones, "milestones", skipChecks);
  const tokenAccount = args.tokenAccount
    ? toAddress(args.tokenAccount, "tokenAccount")
    : userPayment.tokenAccount;
  const { mint, source, config } = await readFunding(context, userPayment.mint, tokenAccount);
  if (!skipChecks) {
    requireReleasable(mint);
    checkConfig(context, config.address, config.info);
    refuseFundingFrom(tokenAccount, source, {
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
      vault: getVaultAddress(held.escrowAddress, mint.address, mint.tokenProgram),
      mint: mint.address,
      tokenAccount,
      tokenProgram: mint.tokenProgram,
      first,
      count,
    }),
  ];
}

/** Returns the given index, by default the first unfunded milestone. Throws `InvalidInputError`. */
function firstToFund({ policy, escrow }: HeldPolicy, given: number | undefined): number {
  if (given !== undefined) return toU8(given, "firstMilestone");
  return escrow ? firstUnfunded(policy, escrow) : policy.policyType.milestone.currentMilestone;
}

/** Reads the mint, the config and the account that pays. */
async function readFunding(
  context: MilestoneContext,
  mintAddress: PublicKey,
  tokenAccount: PublicKey,
) {
  const [address] = getConfigPda(context.programId);
  const accounts = [mintAddress, address, tokenAccount];
  const [mintInfo, info, sourceInfo] = await fetchAccountInfos(context, accounts);
  if (!mintInfo) throw new AccountNotFoundError("Mint", mintAddress);
  return {
    mint: parseMint(mintAddress, mintInfo),
    source: parseTokenAccount(tokenAccount, sourceInfo),
    config: { address, info },
  };
}

/** Refuses a wrong first milestone, in the program's order of checks. */
function refuseFirst(held: HeldPolicy, first: number): void {
  const escrow = requireEscrow(held.policy, held.escrow);
  const { currentMilestone, totalMilestones } = held.policy.policyType.milestone;
  const unfunded = firstUnfunded(held.policy, escrow);
  const at = `First milestone to fund: ${first}; first unfunded: ${unfunded} of ${totalMilestones}`;
  if (first < currentMilestone) throw refuse("MilestoneAlreadyReleased", at);
  if (currentMilestone >= totalMilestones) throw refuse("PolicyCompleted", at);
  // When all are funded, the default is past the last one.
  if (unfunded === totalMilestones) {
    throw refuse("MilestoneAlreadyFunded", `None of the ${totalMilestones} is left to fund`);
  }
  if (first < unfunded) throw refuse("MilestoneAlreadyFunded", at);
  if (first > unfunded) throw refuse("MilestoneNotFunded", at);
}

/** Builds `fund_milestones` from known addresses. */
export function buildFunding(
  context: MilestoneContext,
  args: EscrowAccounts & { first: number; count: number },
): TransactionInstruction {
  const { first, count, ...accounts } = args;
  return buildInstruction(
    "fundMilestones",
    { ...accounts, config: getConfigPda(context.programId)[0] },
    { firstMilestone: first, count },
    context.programId,
  );
}
